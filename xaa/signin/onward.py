"""Leaving for the IdP after a form: a page that moves on by itself, and a link for when it does not.

Why no redirect: a page whose Content Security Policy says ``form-action 'self'`` may not submit a form that
ends, by redirects, at another origin (Chromium blocks it, with the browser's address bar unmoved). A new
navigation, started by the ``Refresh`` header, is none of the form's business, and needs no JavaScript.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def onward_page(request: HttpRequest, url: str, *, idp: str, heading: str) -> HttpResponse:
    """``url`` is at the IdP and absolute (``discovery`` has checked that)."""
    response = render(request, "signin/onward.html", {"url": url, "idp": idp, "heading": heading})
    response["Refresh"] = f"0; url={url}"
    response["Referrer-Policy"] = "no-referrer"
    return response
