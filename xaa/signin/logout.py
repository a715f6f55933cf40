"""Signing out here, and then at the IdP (OpenID Connect RP-Initiated Logout 1.0 §2).

The local session ends first and whatever happens: an IdP that is down keeps nobody signed in here. Then the
browser is taken to the IdP with the ID Token as a hint, and comes back to ``logged_out``.

The hint stands in a URL, where tokens otherwise never do (RFC 9700 §4.3.2): a form would be posted from
another site, without the IdP's session cookie. The IdP ends that ID Token with its session (OI-13), and no
Referer carries it on.

Deliberately does not: act on GET, which any page could make a browser do; or listen for the IdP's own logouts
(``backchannel`` does).
"""

from typing import Final
from urllib.parse import urlencode

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from xaa.signin import conf
from xaa.signin.callback import CONNECTION_KEY
from xaa.signin.connections import Connection
from xaa.signin.discovery import fetch_idp_metadata
from xaa.signin.failures import SignInFailed
from xaa.signin.onward import onward_page

STATE_KEY: Final = "signin_logout"


@never_cache
@csrf_protect
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """GET asks, POST does."""
    if request.method == "GET":
        return render(request, "signin/logout.html")
    connection = _find_connection(request)
    hint = conf.token_store().id_token_hint(request)
    conf.token_store().forget(request)
    auth.logout(request)
    if connection is None:
        return _logged_out_page(request)
    try:
        end_session_endpoint = fetch_idp_metadata(connection).end_session_endpoint
    except SignInFailed:
        end_session_endpoint = ""
    if not end_session_endpoint:
        return _logged_out_page(request, still_signed_in_at=connection.name)
    url = _logout_url(request, connection, end_session_endpoint, hint)
    return onward_page(request, url, idp=connection.name, heading="You are signed out here")


@never_cache
@require_GET
def logged_out(request: HttpRequest) -> HttpResponse:
    """Where the IdP sends the browser back to. It signs nobody out, so anybody may open it."""
    expected = request.session.pop(STATE_KEY, None)
    state = request.GET.get("state", "")
    if expected and constant_time_compare(expected["state"], state):
        return _logged_out_page(request, signed_out_at=expected["idp"])
    return _logged_out_page(request)


def _find_connection(request: HttpRequest) -> Connection | None:
    """The connection that this session came by; None when there is none, or it was removed since."""
    try:
        return conf.connections().find_connection(request.session.get(CONNECTION_KEY, ""))
    except LookupError:
        return None


def _logout_url(request: HttpRequest, connection: Connection, endpoint: str, hint: str) -> str:
    state = get_random_string(32)
    request.session[STATE_KEY] = {"state": state, "idp": connection.name}
    query = {
        "client_id": connection.client_id,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("signin:logged_out")),
        "state": state,
    }
    if hint:
        query["id_token_hint"] = hint
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _logged_out_page(
    request: HttpRequest, *, signed_out_at: str = "", still_signed_in_at: str = ""
) -> HttpResponse:
    context = {
        "signed_out_at": signed_out_at,
        "still_signed_in_at": still_signed_in_at,
        "still_signed_in_here": auth.get_user(request).is_authenticated,
    }
    return render(request, "signin/logged_out.html", context)
