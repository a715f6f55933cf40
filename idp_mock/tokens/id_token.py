"""ID Tokens: issue them, and recognise our own when they come back (OpenID Connect Core §2).

They come back in two places: as the subject token of a token exchange, and as the hint of a sign-out. A token
exchange takes only what is an ID Token in every respect: our signature alone also covers access tokens and
ID-JAGs (RFC 8725 §3.11), so ``typ`` decides first.

Deliberately does not: check ``aud`` or ``exp``. Whose token it must be, and whether it may have expired, depends
on where it comes back, so the caller compares.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from idp_mock.clock import epoch
from idp_mock.directory.models import Enterprise, Person
from idp_mock.directory.subjects import subject_at
from idp_mock.keys.keystore import load_hint_keys, load_published_keys, load_signing_key
from idp_mock.tokens.models import TokenFamily
from xaa import jose, protocol

ALGORITHMS = ("ES256", "RS256")


class IdTokenRejected(Exception):
    """Not a valid ID Token of ours. ``rule`` names what failed, ``reason`` says expected and found."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


def issue_id_token(family: TokenFamily, *, scope: str, now: datetime, nonce: str = "") -> str:
    """An ID Token for the family's app, telling of the sign-in that started the family."""
    app, session = family.app, family.session
    claims: dict[str, Any] = {
        "iss": app.enterprise.issuer,
        "sub": subject_at(app, session.person),
        "aud": app.client_id,
        "exp": epoch(now + settings.IDP_ID_TOKEN_LIFETIME),
        "iat": epoch(now),
        "auth_time": epoch(family.auth_time),
        "sid": session.sid,
        "amr": family.amr,
        "acr": family.acr,
    }
    if nonce:
        claims["nonce"] = nonce
    if session.person.tenant:
        claims["tenant"] = session.person.tenant  # as in an ID-JAG, so that both lead to one account
    claims |= profile_claims(session.person, scope)
    key = load_signing_key(app.enterprise, alg=app.id_token_signed_response_alg)
    return jose.sign(claims, key=key, typ=protocol.TYP_ID_TOKEN)


def profile_claims(person: Person, scope: str) -> dict[str, Any]:
    """What each scope opens (OpenID Connect Core §5.4)."""
    claims: dict[str, Any] = {}
    if "email" in scope.split():
        claims |= {"email": person.login, "email_verified": True}
    if "profile" in scope.split():
        claims |= {"name": person.name, "preferred_username": person.login}
    return claims


def verify_id_token_origin(enterprise: Enterprise, token: str) -> Mapping[str, Any]:
    """Is it an ID Token, and ours? Type, signature with a published key of this enterprise, issuer."""
    return _verify_origin(enterprise, token, load_published_keys(enterprise))


def verify_id_token_hint(enterprise: Enterprise, token: str) -> Mapping[str, Any]:
    """As above for an ``id_token_hint``: expired ones and retired keys count too, since people sign out late
    (OpenID Connect RP-Initiated Logout §2). It proves who was signed in, and opens nothing."""
    return _verify_origin(enterprise, token, load_hint_keys(enterprise))


def _verify_origin(enterprise: Enterprise, token: str, keys: jose.KeySet) -> Mapping[str, Any]:
    try:
        check_id_token_type(jose.peek(token).unverified_header)
        claims = jose.verify(token, keys=keys, algorithms=ALGORITHMS).claims
    except jose.JoseError as error:
        raise IdTokenRejected("signature", str(error)) from error
    if claims.get("iss") != enterprise.issuer:
        raise IdTokenRejected("issuer", "It was issued by another issuer.")
    return claims


def check_id_token_type(unverified_header: Mapping[str, Any]) -> None:
    """``typ`` is absent or ``JWT``; anything else names another kind of token (RFC 8725 §3.11)."""
    typ = unverified_header.get("typ", protocol.TYP_ID_TOKEN)
    if typ != protocol.TYP_ID_TOKEN:
        raise IdTokenRejected("type", f"Expected an ID Token, found typ {typ!r:.40}.")
