"""The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2): from a client's request to a code.

Reading order is checking order: client and redirect URI, the other parameters, who is signed in and how freshly,
whether she may use this app; then the code. Every answer to the client carries ``state`` and ``iss``
(RFC 9207 §2), errors too, so that a client with several IdPs cannot be mixed up about who answered.

Deliberately does not: ask for consent. No token travels in a URL, only the code, which is worth nothing without
the client's secret and PKCE verifier.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.directory.subjects import is_subject_of
from idp_mock.directory.tenants import load_enterprise
from idp_mock.signin.authorization_request import (
    AuthorizationError,
    AuthorizationRequest,
    NotAnswerable,
    check_redirect_uri,
    parse_authorization_request,
    resolve_client,
)
from idp_mock.signin.browser import NotSignedIn, load_browser_session
from idp_mock.signin.events import SIGN_IN_TO_APP, Happened, record_allowed, record_denied
from idp_mock.signin.factors import ACR_MFA, ACR_PASSWORD, meets
from idp_mock.signin.interaction import Interaction, InteractionLost, dump_interaction, load_interaction
from idp_mock.signin.logout_request import find_app
from idp_mock.signin.models import IdpSession
from idp_mock.signin.pages import show_interaction_lost, show_not_answerable
from idp_mock.tokens.authorization_code import issue_code
from idp_mock.tokens.id_token import IdTokenRejected, verify_id_token_hint

UNMET = "unmet_authentication_requirements"  # OpenID Connect Unmet Authentication Requirements §2


class SignInNeeded(Exception):
    """Nobody is signed in, or not as freshly or strongly as asked; ``error`` is the answer if nobody can be
    asked."""

    def __init__(self, error: str = "login_required", description: str = "The person has to sign in.") -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class SecondFactorNeeded(SignInNeeded):
    """Somebody is signed in, freshly enough, and the second factor is all that is missing."""


@csrf_exempt  # OpenID Connect Core §3.1.2.1 wants POST too; it only starts what a GET could start as well
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest, tenant: str) -> HttpResponse:
    now, params = clock.now(), request.POST if request.method == "POST" else request.GET
    return answer(request, load_enterprise(tenant), Interaction(params, asked_at=now), now=now)


@require_GET
def resume(request: HttpRequest, tenant: str) -> HttpResponse:
    """Where the sign-in page returns to: the same request goes through the same checks again."""
    enterprise, now = load_enterprise(tenant), clock.now()
    try:
        interaction = load_interaction(enterprise, request.GET.get("request", ""), now=now)
    except InteractionLost:
        return show_interaction_lost(request, enterprise)
    return answer(request, enterprise, interaction, now=now, may_ask=False)


def answer(
    request: HttpRequest, enterprise: Enterprise, interaction: Interaction, *, now: datetime, may_ask: bool = True
) -> HttpResponse:
    """``may_ask`` is off after a sign-in: a request that no sign-in can satisfy ends instead of looping."""
    params = interaction.params
    try:
        app = resolve_client(enterprise, params)
        redirect_uri = check_redirect_uri(app, params)
    except NotAnswerable as error:
        return show_not_answerable(request, enterprise, error.what_happened)
    try:
        asked = parse_authorization_request(app, redirect_uri, params)
        session = load_fresh_session(request, asked, interaction.asked_at)
        check_person(app, session, now=now)
        return redirect_to_client(app, params, code=issue_code(asked, session, now=now))
    except AuthorizationError as error:
        return redirect_to_client(app, params, error=error.error, error_description=error.description)
    except SignInNeeded as needed:
        is_second = isinstance(needed, SecondFactorNeeded)
        if "none" in asked.prompt or not (may_ask or is_second):
            return redirect_to_client(app, params, error=needed.error, error_description=needed.description)
        return redirect_to_page("second_factor" if is_second else "sign_in", enterprise, interaction)


def redirect_to_page(page: str, enterprise: Enterprise, interaction: Interaction) -> HttpResponse:
    """To the sign-in page or the one for the second factor, with the request waiting in its address."""
    query = {"request": dump_interaction(enterprise, interaction)}
    return redirect(f"{reverse(page, args=[enterprise.slug])}?{urlencode(query)}")


def load_fresh_session(request: HttpRequest, asked: AuthorizationRequest, asked_at: datetime) -> IdpSession:
    """The browser's session, if it is as fresh and as strong as the client wants and of the person it expects."""
    try:
        session = load_browser_session(request, asked.app.enterprise)
    except NotSignedIn as error:
        raise SignInNeeded from error
    if asked.prompt & {"login", "select_account"} and session.auth_time < asked_at:
        raise SignInNeeded
    if asked.max_age is not None and session.auth_time < asked_at - timedelta(seconds=asked.max_age):
        raise SignInNeeded
    check_expected_person(asked, session)
    check_strength(asked, session)
    return session


def check_expected_person(asked: AuthorizationRequest, session: IdpSession) -> None:
    """``id_token_hint`` says whom the client expects (OpenID Connect Core §3.1.2.1)."""
    if not asked.id_token_hint:
        return
    try:
        claims = verify_id_token_hint(asked.app.enterprise, asked.id_token_hint)
    except IdTokenRejected as error:
        raise AuthorizationError("invalid_request", "The 'id_token_hint' is no ID Token of ours.") from error
    if not is_hint_for(asked.app, claims, session.person):
        raise SignInNeeded


def is_hint_for(app: App, claims: Mapping[str, Any], person: Person) -> bool:
    """Whether a hint, of ``app`` or of another app of the enterprise, names ``person`` as that app knows her."""
    hinted = app if claims["aud"] == app.client_id else find_app(app.enterprise, claims["aud"])
    return hinted is not None and is_subject_of(hinted, person, claims["sub"])


def check_strength(asked: AuthorizationRequest, session: IdpSession) -> None:
    """One of ``acr_values`` is met, or the request fails: an app that asks for a stronger sign-in because somebody
    demands it must not be sent round in circles (RFC 9470 §5)."""
    if meets(session.amr, asked.acr_values):
        return
    if ACR_MFA in asked.acr_values:
        raise SecondFactorNeeded
    if ACR_PASSWORD in asked.acr_values:
        raise SignInNeeded(UNMET, "The person has to sign in with her password.")
    raise AuthorizationError(UNMET, "None of the 'acr_values' can be met here.")


def check_person(app: App, session: IdpSession, *, now: datetime) -> None:
    """The enterprise decides who may use which app; being employed is not enough."""
    enterprise, person = app.enterprise, session.person
    happened = Happened(person, enterprise, now, app)
    if person.is_active and app.is_assigned(person):
        record_allowed(SIGN_IN_TO_APP, happened)
        return
    reason = f"{enterprise.name} has not assigned this person to the app."
    if not person.is_active:
        reason = f"{enterprise.name} has suspended this person."
    record_denied(SIGN_IN_TO_APP, happened, error="access_denied", reason=reason)
    raise AuthorizationError("access_denied", reason)


def redirect_to_client(app: App, params: QueryDict, **members: str) -> HttpResponse:
    """The answer, as a GET (303: a form's POST must not be replayed to the client, RFC 9700 §4.12)."""
    redirect_uri = params["redirect_uri"]
    states = params.getlist("state")
    if len(states) == 1:
        members["state"] = states[0]
    members["iss"] = app.enterprise.issuer
    separator = "&" if urlsplit(redirect_uri).query else "?"
    response = HttpResponseRedirect(f"{redirect_uri}{separator}{urlencode(members)}", status=303)
    response["Cache-Control"] = "no-store"
    return response
