"""Token exchange, second part: whose sign-in is this, and may this client speak of it? Checks I4 to I7.

In the flow this turns a subject token into a person. Both kinds become the same ``Subject``, so that everything
after I4 is one story: an ID Token proves itself by our signature, a refresh token by being in our table.

Deliberately does not: rotate the refresh token. It is shown here, not used up; a rotation in an answer that
carries no refresh token would leave the client with none (ID-JAG §4.3.4).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef

from idp_mock.directory.models import App, Enterprise
from idp_mock.directory.secrets import hash_token
from idp_mock.directory.subjects import is_subject_of
from idp_mock.policy.standing import load_standing
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.errors import OAuthError, invalid_grant
from idp_mock.tokens.id_token import IdTokenRejected, verify_id_token_origin
from idp_mock.tokens.models import RefreshToken, TokenFamily
from idp_mock.tokens.token_exchange_state import Exchange, Subject
from xaa import protocol
from xaa.checks import numbered

TIMES, TEXTS = ("exp", "iat", "auth_time"), ("sub", "sid", "acr")
"""What every ID Token of ours holds, with ``aud`` and ``amr``. One without any was signed for something else."""
CLOCK_LEEWAY = 60  # seconds; our own clock, but perhaps another machine's
END_OF_TIME = 253_402_300_800  # the year 10000, of which no database and no clock knows


@numbered("I4", "subject token signature and issuer")
def check_subject_token(exchange: Exchange) -> Exchange:
    """The subject token is ours: signed by a key this enterprise publishes, or found in its table.

    Without this anybody writes an ID Token for anybody (ID-JAG §4.3.3, OpenID Connect Core §3.1.3.7).
    """
    asked, enterprise = exchange.requested, exchange.app.enterprise
    if asked.subject_token_type == protocol.TOKEN_TYPE_ID_TOKEN:
        subject = verify_id_token(exchange.app, asked.subject_token)
    else:
        subject = load_refresh_token(enterprise, asked.subject_token)
    return replace(exchange, subject=subject)


@numbered("I5", "subject token issued to this client")
def check_subject_audience(exchange: Exchange) -> Exchange:
    """The subject token was issued to the client that presents it, and if to others too, chiefly to it (``azp``).

    This is the binding that makes the exchange safe: every app of the enterprise holds ID Tokens of its users, and
    none may act for them with one that another app was given (ID-JAG §4.3.3, OpenID Connect Core §3.1.3.7).
    """
    subject, client_id = exchange.subject, exchange.app.client_id
    is_audience = client_id in subject.audiences
    is_party = subject.authorized_party == client_id or (
        not subject.authorized_party and len(subject.audiences) == 1
    )
    if not (is_audience and is_party):
        raise invalid_grant("The subject_token was issued to another client.")
    return exchange


@numbered("I6", "subject token not expired")
def check_subject_is_live(exchange: Exchange) -> Exchange:
    """The subject token still counts: in its time, neither revoked nor rotated away, its session not signed out.

    ``exp`` alone would let an app act for minutes after the person signed out (``protocol.md`` TX-21). A rotated
    refresh token that comes back means that somebody has a copy: all that came of that sign-in ends
    (RFC 9700 §4.14.2). RFC 7519 §4.1.4.
    """
    subject, now = exchange.subject, exchange.now
    if subject.was_rotated:
        subject.family.revoke(now)
    if subject.is_revoked or (subject.family and subject.family.revoked_at):
        raise invalid_grant("The subject_token was used before or revoked. The person has to sign in again.")
    if subject.expires_at <= now:
        raise invalid_grant("The subject_token has expired. Refresh it, or let the person sign in again.")
    if subject.issued_at > now + timedelta(seconds=CLOCK_LEEWAY):
        raise invalid_grant("The subject_token was issued in the future.")
    if not subject.session.is_live:
        raise invalid_grant("The person signed out of the session that the subject_token is from.")
    return exchange


@numbered("I7", "user active and assigned to the app")
def check_person(exchange: Exchange) -> Exchange:
    """The person still works here, and may use the app that wants to act for her.

    What the directory says now counts, not what it said at sign-in (ID-JAG §4.3.3). A suspended person makes the
    token bad, so ``invalid_grant``; a person without the app is ``access_denied``, which no newer token cures.
    """
    subject = exchange.subject
    standing = load_standing(
        person=subject.person, app=exchange.app, audience=exchange.requested.audience, now=exchange.now
    )
    if not subject.person.is_active:
        raise invalid_grant("The person that the subject_token is about is not active.")
    if not standing.may_use_requesting_app:
        raise OAuthError(protocol.ERROR_ACCESS_DENIED, "This person is not assigned to the requesting app.")
    return replace(exchange, standing=standing)


def verify_id_token(app: App, token: str) -> Subject:
    """An ID Token of this enterprise as a subject, be it another client's or expired; raises ``OAuthError``."""
    try:
        claims = verify_id_token_origin(app.enterprise, token)
    except IdTokenRejected as error:
        raise invalid_grant("The subject_token is not a valid ID Token of this issuer.") from error
    if not is_id_token(claims):
        raise invalid_grant("The subject_token is not a valid ID Token of this issuer.")
    issued_at = moment(claims["iat"])
    session = load_session(app, sid=claims["sid"], issued_at=issued_at)
    audiences = (claims["aud"],) if isinstance(claims["aud"], str) else tuple(claims["aud"])
    # Another client may know her by another name; its token is refused for that client's sake (I5).
    if app.client_id in audiences and not is_subject_of(app, session.person, claims["sub"]):
        raise invalid_grant("The subject_token is from a session that this issuer does not know.")
    return Subject(
        audiences=audiences,
        authorized_party=claims.get("azp", ""),
        issued_at=issued_at,
        expires_at=moment(claims["exp"]),
        session=session,
        auth_time=moment(claims["auth_time"]),
        amr=tuple(claims["amr"]),
        acr=claims["acr"],
        shares_email="email" in claims,
        is_revoked=session.had_revocation,
    )


def is_id_token(claims: Mapping[str, Any]) -> bool:
    """Whether every claim that is read from here on is there, and is what our ID Tokens have in its place."""
    aud, amr = claims.get("aud"), claims.get("amr")
    lists = ([aud] if isinstance(aud, str) else aud, amr)
    return (
        all(type(claims.get(name)) is int and 0 <= claims[name] < END_OF_TIME for name in TIMES)
        and all(is_text(claims.get(name)) for name in TEXTS)
        and all(isinstance(found, list) and all(map(is_text, found)) for found in lists)
        and is_text(claims.get("azp", ""))
    )


def is_text(value: object) -> bool:
    """Text that a database can look up: PostgreSQL has no NUL."""
    return isinstance(value, str) and value.isprintable()


def load_session(app: App, *, sid: str, issued_at: datetime) -> IdpSession:
    """The session that an ID Token's ``sid`` names, ended or not, with its person, in one SQL statement.

    ``had_revocation``: what ``app`` got in that session was revoked after the ID Token was issued, perhaps since
    somebody used a copy. The ID Token came with it and ends with it.
    """
    revoked = TokenFamily.objects.filter(session=OuterRef("pk"), app=app, revoked_at__gt=issued_at)
    sessions = IdpSession.objects.select_related("person").annotate(had_revocation=Exists(revoked))
    try:
        return sessions.get(sid=sid, person__enterprise=app.enterprise)
    except IdpSession.DoesNotExist as error:
        raise invalid_grant("The subject_token is from a session that this issuer does not know.") from error


def load_refresh_token(enterprise: Enterprise, value: str) -> Subject:
    """A refresh token of this enterprise as a subject, with the sign-in it continues, in one SQL statement.

    Checks I5 and I6 then ask the same of it as a refresh would (ID-JAG §4.3.3).
    """
    try:
        record = RefreshToken.objects.select_related("family__app", "family__session__person").get(
            token_hash=hash_token(value), family__app__enterprise=enterprise
        )
    except RefreshToken.DoesNotExist as error:
        raise invalid_grant("The subject_token is not a refresh token of this issuer.") from error
    family = record.family
    return Subject(
        audiences=(family.app.client_id,),
        authorized_party="",
        issued_at=record.issued_at,
        expires_at=record.expires_at,
        session=family.session,
        auth_time=family.auth_time,
        amr=tuple(family.amr),
        acr=family.acr,
        shares_email="email" in family.scope.split(),
        family=family,
        was_rotated=record.rotated_at is not None,
    )


def moment(numeric_date: int) -> datetime:
    """A NumericDate claim (RFC 7519 §2) as a time."""
    return datetime.fromtimestamp(numeric_date, UTC)
