"""The pages of signing in and out, and what every one of them needs.

The form of a sign-in ends, redirect by redirect, at the app that asked, and browsers hold the whole chain against
``form-action`` of the page that holds the form. So that page names the app's origin, and no other.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from idp_mock.directory.models import Enterprise


def show_page(
    request: HttpRequest, template: str, enterprise: Enterprise, *, status: int = 200, **context: object
) -> HttpResponse:
    """A page in the name of one enterprise; never stored, since it tells who is signed in."""
    context |= {"enterprise": enterprise, "brand": enterprise.name}
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def allow_form_redirect(response: HttpResponse, uri: str) -> HttpResponse:
    """Let this page's form end at the origin of ``uri``, a registered address of the app."""
    if uri:
        parts = urlsplit(uri)
        response._csp_update = {
            "form-action": [f"{parts.scheme}://{parts.netloc}"]
        }  # django-csp's per-response seam
    return response


def show_not_answerable(request: HttpRequest, enterprise: Enterprise, what_happened: str) -> HttpResponse:
    return show_page(request, "signin/not_answerable.html", enterprise, status=400, what_happened=what_happened)


def show_interaction_lost(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    return show_page(request, "signin/interaction_lost.html", enterprise, status=400)
