"""The IdP's own access token: it opens UserInfo and nothing else.

A JWT of type ``at+jwt`` (RFC 9068) whose audience is this enterprise's UserInfo endpoint. It names its token
family, so that a revoked family or an ended session closes UserInfo at once.

Deliberately does not: work anywhere else. Todo0 trusts Todo0's own tokens, and the token exchange takes ID Tokens
and refresh tokens as subject, never this.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from idp_mock.clock import epoch
from idp_mock.directory.models import Enterprise
from idp_mock.directory.subjects import subject_at
from idp_mock.keys.keystore import load_active_key, load_published_keys
from idp_mock.signin.sessions import SessionNotLive, check_session_is_live
from idp_mock.tokens.id_token import ALGORITHMS
from idp_mock.tokens.models import TokenFamily
from xaa import jose, protocol

FAMILY_CLAIM = "family"


class AccessTokenRejected(Exception):
    """Not an access token that opens this UserInfo endpoint now."""


def issue_access_token(family: TokenFamily, *, scope: str, now: datetime) -> str:
    enterprise = family.app.enterprise
    claims = {
        "iss": enterprise.issuer,
        "aud": userinfo_audience(enterprise),
        "sub": subject_at(family.app, family.session.person),
        "client_id": family.app.client_id,
        "scope": scope,
        "iat": epoch(now),
        "exp": epoch(now + settings.IDP_ACCESS_TOKEN_LIFETIME),
        "jti": str(uuid.uuid4()),
        FAMILY_CLAIM: str(family.pk),
    }
    return jose.sign(claims, key=load_active_key(enterprise), typ=protocol.TYP_ACCESS_TOKEN)


def userinfo_audience(enterprise: Enterprise) -> str:
    return f"{enterprise.issuer}/userinfo"


def verify_access_token(enterprise: Enterprise, token: str, *, now: datetime) -> Mapping[str, Any]:
    """Its claims, once type, signature, issuer, audience and expiry hold (RFC 9068 §4)."""
    try:
        verified = jose.verify(token, keys=load_published_keys(enterprise), algorithms=ALGORITHMS)
    except jose.JoseError as error:
        raise AccessTokenRejected(str(error)) from error
    claims = verified.claims
    if verified.header.get("typ") != protocol.TYP_ACCESS_TOKEN or not is_access_token(claims):
        raise AccessTokenRejected("It is no access token.")
    if (claims.get("iss"), claims.get("aud")) != (enterprise.issuer, userinfo_audience(enterprise)):
        raise AccessTokenRejected("It is for somebody else.")
    if claims["exp"] <= epoch(now):
        raise AccessTokenRejected("It has expired.")
    return claims


def is_access_token(claims: Mapping[str, Any]) -> bool:
    """Whether every claim that is read from here on is there, and is what our access tokens have in its place."""
    try:
        uuid.UUID(claims.get(FAMILY_CLAIM))
    except (ValueError, TypeError, AttributeError):
        return False
    return type(claims.get("exp")) is int and isinstance(claims.get("scope"), str)


def load_live_family(claims: Mapping[str, Any]) -> TokenFamily:
    """The family that the token belongs to, if it still counts, in one SQL statement."""
    family = (
        TokenFamily.objects.select_related("session__person", "app__enterprise")
        .filter(pk=claims[FAMILY_CLAIM])
        .first()
    )
    if family is None or family.revoked_at:
        raise AccessTokenRejected("It was revoked.")
    try:
        check_session_is_live(family.session)
    except SessionNotLive as error:
        raise AccessTokenRejected(error.reason) from error
    return family
