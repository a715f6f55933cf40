"""Starting: which IdP, and the redirect to it (OpenID Connect Core §3.1.2.1).

``start?connection=acme`` names the connection; ``start?email=alice@acme.example`` finds it (home realm);
neither shows a form that asks for the work e-mail address, so this view can be ``LOGIN_URL``.
mozilla-django-oidc makes state, nonce and PKCE challenge; this view chooses the IdP per request and keeps the
choice with the state.

A link is answered with a redirect, a form with a page that moves on by itself (``onward`` says why).
"""

from typing import Any, Final
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from mozilla_django_oidc.views import OIDCAuthenticationRequestView

from xaa.signin import conf
from xaa.signin.attempts import remember_attempt
from xaa.signin.connections import Connection
from xaa.signin.discovery import fetch_idp_metadata
from xaa.signin.failures import SignInFailed, failure_page
from xaa.signin.mozilla import FIXED_SETTINGS
from xaa.signin.onward import onward_page
from xaa.signin.start_request import MAX_LENGTH, StartRequest, keep_local_path, parse_start_request

KEPT: Final = ("prompt", "max_age", "acr_values")
"""What the form keeps of what was asked for; it is read strictly when the form is sent."""


@method_decorator(never_cache, name="dispatch")
class StartView(OIDCAuthenticationRequestView):
    http_method_names = ["get", "post"]
    connection: Connection
    extra_parameters: dict[str, str]

    def __init__(self, **initkwargs: Any) -> None:
        # Past the library's own __init__, which reads one IdP from the settings before there is a request.
        View.__init__(self, **initkwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET.get("connection") and "email" not in request.GET:
            return home_realm_page(request, request.GET)
        return self._start(request, request.GET, from_form="email" in request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        """As GET, but the e-mail address stays out of access logs and the browser's history."""
        return self._start(request, request.POST, from_form=True)

    def _start(self, request: HttpRequest, asked: QueryDict, *, from_form: bool) -> HttpResponse:
        try:
            self.connection = choose_connection(asked)
        except LookupError:
            return home_realm_page(request, asked, status=404)
        try:
            start_request = parse_start_request(asked)
        except SignInFailed as failed:
            asked_well = {"next": path} if (path := keep_local_path(asked.get("next", ""))) else {}
            return failure_page(request, failed, connection=self.connection, asked=asked_well)
        try:
            url = self._build_authorization_url(request, start_request)
        except SignInFailed as failed:
            return failure_page(request, failed, connection=self.connection, asked=start_request.as_link())
        if from_form:
            return onward_page(request, url, idp=self.connection.name, heading="Taking you to your sign-in")
        return HttpResponseRedirect(url)

    def _build_authorization_url(self, request: HttpRequest, start_request: StartRequest) -> str:
        endpoint = fetch_idp_metadata(self.connection).authorization_endpoint
        self.extra_parameters = start_request.as_parameters()
        self.OIDC_RP_CLIENT_ID = self.connection.client_id
        self.OIDC_OP_AUTH_ENDPOINT = ""  # the library would join with "?" an endpoint that has a query of its own
        query = super().get(request).url.removeprefix("?")
        # One "next" per session, which two tabs would share; ours stands with the state.
        request.session.pop("oidc_login_next", None)
        remember_attempt(request, parse_qs(query)["state"][0], self.connection, start_request)
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}"  # RFC 6749 §3.1

    def get_settings(self, attr: str, *_default: object) -> Any:
        if attr == "OIDC_RP_SCOPES":
            return " ".join(self.connection.scope)
        return FIXED_SETTINGS[attr]

    def get_extra_params(self, request: HttpRequest) -> dict[str, str]:
        return self.extra_parameters


def choose_connection(asked: QueryDict) -> Connection:
    """By name, or else by the domain of an e-mail address. ``LookupError`` when there is none."""
    if slug := asked.get("connection"):
        return conf.connections().find_connection(slug)
    return conf.connections().find_connection_for_email(asked.get("email", ""))


def home_realm_page(request: HttpRequest, asked: QueryDict, *, status: int = 200) -> HttpResponse:
    """Ask for the work e-mail address; with a status of 404, say that what was asked for is not known here."""
    email = asked.get("email", "")
    kept = {name: asked[name] for name in KEPT if asked.get(name)}
    kept |= {"next": path} if (path := keep_local_path(asked.get("next", ""))) else {}
    context = {
        "email": email[:MAX_LENGTH],
        "domain": email.rpartition("@")[2][:MAX_LENGTH] if "@" in email else "",
        "unknown": status == 404,
        "by_name": bool(asked.get("connection")),
        "kept": kept,
    }
    return render(request, "signin/home_realm.html", context, status=status)
