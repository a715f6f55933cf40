"""An app that signs people in by SAML has no ID Token to exchange. It exchanges an assertion for a refresh token.

    Agent0 ── assertion ──▶ IdP ── refresh token ──▶ Agent0 ── refresh token ──▶ IdP ── ID-JAG ──▶ Agent0

In the flow this is the step before the token exchange (ID-JAG §4.5): once for each sign-in, while the assertion
lives. The refresh token stands for the same sign-in and ends with it; with it the app asks for ID-JAGs as any
other app does. An assertion asked to become an ID-JAG at once is refused (I3): it is good for one use within
minutes, and the app would have to send its users through a sign-in for each ID-JAG.

Many checks are those of the ID-JAG exchange, under the same numbers. What is asked instead of the admin's policy
is the scope: this token opens nothing yet.

Deliberately does not: issue an access token or an ID Token with it. The refresh grant does that, if it is wanted.
"""

import hashlib
import logging
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from idp_mock.directory.models import App
from idp_mock.saml.models import UsedAssertion
from idp_mock.saml.subject import decode_assertion, read_subject
from idp_mock.signin.authorization_request import SCOPES
from idp_mock.systemlog.models import EVENT_REFRESH_TOKEN, Event
from idp_mock.systemlog.record import record
from idp_mock.tokens.errors import OAuthError, invalid_grant, invalid_request
from idp_mock.tokens.models import TokenFamily
from idp_mock.tokens.refresh_token import issue_refresh_token
from idp_mock.tokens.token_exchange_request import check_client
from idp_mock.tokens.token_exchange_state import Exchange, Requested
from idp_mock.tokens.token_exchange_subject import check_person, check_subject_audience, check_subject_is_live
from xaa import protocol
from xaa.checks import CheckRun, numbered

log = logging.getLogger("idp_mock.token_exchange")
NEEDED = ("openid", "offline_access")


@numbered("I1", "client may hold refresh tokens")
def check_refresh_client(exchange: Exchange) -> Exchange:
    """Registered for the refresh token grant, or the client could never use what it gets (RFC 6749 §5.2)."""
    if not exchange.app.may_use(protocol.GRANT_REFRESH_TOKEN):
        raise OAuthError(protocol.ERROR_UNAUTHORIZED_CLIENT, "This client is not registered for refresh tokens.")
    return exchange


@numbered("I2", "one refresh token, for nobody else's server")
def check_request(exchange: Exchange) -> Exchange:
    """It is for this issuer: a request that names another server wants something else (RFC 8693 §2.1)."""
    asked = exchange.requested
    if asked.audiences or asked.resources:
        raise invalid_request("A refresh token is for this issuer: leave out 'audience' and 'resource'.")
    if not asked.subject_token:
        raise invalid_request("The parameter 'subject_token' is missing.")
    if asked.dpop_headers:  # the proof was good (I1), but would bind nothing: better said than ignored
        raise invalid_request("A refresh token is not bound to a key here: leave out the DPoP header.")
    if asked.has_actor or asked.authorization_details:
        raise invalid_request("Neither actor tokens nor authorization_details are supported here.")
    return exchange


@numbered("I3", "subject token is an assertion")
def check_assertion_type(exchange: Exchange) -> Exchange:
    """Only an assertion becomes one: an ID Token came with one, if the app was to have it (ID-JAG §4.5)."""
    if exchange.requested.subject_token_type != protocol.TOKEN_TYPE_SAML2:
        raise invalid_request(f"For a refresh token, send subject_token_type={protocol.TOKEN_TYPE_SAML2}.")
    decode_assertion(exchange.requested.subject_token)
    return exchange


@numbered("I4", "assertion signature and issuer")
def check_assertion(exchange: Exchange) -> Exchange:
    """It is ours, all of it: signed over its root by a key this enterprise publishes (RFC 7522 §3 (9))."""
    document = decode_assertion(exchange.requested.subject_token)
    assertion, subject = read_subject(exchange.app, document)
    return replace(exchange, subject=subject, assertion_id=assertion.id)


@numbered("I12", "scopes of a refresh token")
def check_scope(exchange: Exchange) -> Exchange:
    """``openid`` and ``offline_access`` are asked for by name, and nothing is granted unasked (ID-JAG §4.5)."""
    words = exchange.requested.scope.split(" ")
    if not set(NEEDED) <= set(words) or not set(words) <= set(SCOPES):
        raise OAuthError(
            protocol.ERROR_INVALID_SCOPE, f"Ask for {' '.join(NEEDED)}, and nothing beside {' '.join(SCOPES)}."
        )
    return replace(exchange, granted_scopes=tuple(scope for scope in SCOPES if scope in words))


@numbered("I6", "assertion not used before")
def check_assertion_is_new(exchange: Exchange) -> Exchange:
    """Each assertion counts once, in whatever process (RFC 7522 §3 (7)). Last, because it writes: a refused one is
    not burnt. The used ones that have expired go at the same time."""
    digest = hashlib.sha256(f"{exchange.app.enterprise_id} {exchange.assertion_id}".encode()).hexdigest()
    UsedAssertion.objects.filter(expires_at__lt=exchange.now).delete()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(digest=digest, expires_at=exchange.subject.expires_at)
    except IntegrityError as error:
        raise invalid_grant("The subject_token was used before. The person has to sign in again.") from error
    return exchange


# As in the ID-JAG exchange: who asks, what for, whose token, about whom; then how much; and writing comes last.
CHECKS = (
    check_client,  # I1
    check_refresh_client,  # I1
    check_request,  # I2
    check_assertion_type,  # I3
    check_assertion,  # I4
    check_subject_audience,  # I5
    check_subject_is_live,  # I6
    check_person,  # I7
    check_scope,  # I12
    check_assertion_is_new,  # I6
)


def exchange_assertion(app: App, asked: Requested, now: datetime) -> dict[str, object]:
    """Answer ``requested_token_type=refresh_token`` of the authenticated ``app``; raises ``OAuthError``."""
    run = CheckRun(Exchange(app, asked, now), OAuthError, log)
    try:
        granted = run.through(CHECKS)
    except OAuthError as refusal:
        refusal.check = run.failed
        record(describe_event(run, Event.Outcome.DENIED, refusal))
        raise
    token = begin_family(granted)
    record(describe_event(run, Event.Outcome.ALLOWED))
    return {
        # RFC 8693 §2.2.1: whatever was issued is in this member, and N_A says that it is no access token.
        "access_token": token,
        "issued_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN,
        "token_type": protocol.TOKEN_TYPE_NOT_APPLICABLE,
        "expires_in": int(settings.IDP_REFRESH_TOKEN_LIFETIME.total_seconds()),
        "scope": " ".join(granted.granted_scopes),
    }


@transaction.atomic
def begin_family(granted: Exchange) -> str:
    """A refresh token for the sign-in that the assertion told of, with its time and its factors."""
    subject = granted.subject
    family = TokenFamily.objects.create(
        app=granted.app,
        session=subject.session,
        scope=" ".join(granted.granted_scopes),
        auth_time=subject.auth_time,
        amr=list(subject.amr),
        acr=subject.acr,
        started_at=granted.now,
    )
    return issue_refresh_token(family, now=granted.now)


def describe_event(run: CheckRun[Exchange], outcome: str, refusal: OAuthError | None = None) -> Event:
    exchange = run.state
    person = exchange.subject.person if exchange.subject else None
    return Event(
        enterprise=exchange.app.enterprise,
        at=exchange.now,
        event_type=EVENT_REFRESH_TOKEN,
        outcome=outcome,
        person_sub=person.sub if person else "",
        person_name=person.name if person else "",
        requesting_client_id=exchange.app.client_id,
        requesting_app_name=exchange.app.name,
        scope_asked=exchange.requested.scope,
        scope_granted="" if refusal else " ".join(exchange.granted_scopes),
        refused_by=refusal.check if refusal else "",
        error=refusal.error if refusal else "",
        reason=refusal.description if refusal else "",
        checks=[verdict._asdict() for verdict in run.verdicts],
    )
