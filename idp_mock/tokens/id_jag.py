"""Mint an ID-JAG: the one file of this project that does (ID-JAG §3.1).

In the flow this comes after all checks of the token exchange passed, and decides nothing any more. Every claim is
accounted for below. What an ID Token holds for its own reader (its ``aud``, ``nonce``, ``azp``, ``at_hash``,
``sid``) stays out, because the reader of this token is somebody else.

Deliberately does not: copy the subject token. The person is described from today's directory, her sign-in from the
event that really happened, and the client by the name it has at the resource app.
"""

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.dispatch import Signal

from idp_mock.clock import epoch
from idp_mock.directory.subjects import subject_at
from idp_mock.keys.keystore import load_active_key
from idp_mock.saml.name_id import describe_sub_id
from idp_mock.tokens.token_exchange_state import Exchange
from xaa import jose, protocol
from xaa.authorization_details import Details


@dataclass(frozen=True)
class IssuedIdJag:
    value: str = field(repr=False)
    jti: str
    lifetime: int
    scope: str
    resource: str | list[str] | None
    details: Details


@dataclass
class Draft:
    """What is about to be signed."""

    claims: dict[str, Any]
    typ: str = protocol.TYP_ID_JAG


before_signing = Signal()
"""Sent with ``draft`` and ``exchange``. DEMO ONLY: the lab (``idp_mock.faults``) listens where there is a stage,
and bends the draft. Nobody listens elsewhere; an IdP of yours has no such place."""


def issue_id_jag(exchange: Exchange) -> IssuedIdJag:
    """Sign an ID-JAG for an exchange that passed every check."""
    claims, key = describe(exchange), load_active_key(exchange.app.enterprise)
    draft = Draft(dict(claims))
    before_signing.send(sender=Draft, draft=draft, exchange=exchange)
    return IssuedIdJag(
        value=jose.sign(draft.claims, key=key, typ=draft.typ),
        jti=claims["jti"],
        lifetime=claims["exp"] - claims["iat"],
        scope=claims.get("scope", ""),
        resource=claims.get("resource"),
        details=exchange.granted_details,
    )


def describe(exchange: Exchange) -> dict[str, Any]:
    """The claims (ID-JAG §3.1)."""
    connection, subject = exchange.standing.connection, exchange.subject
    issued_at = epoch(exchange.now)
    claims: dict[str, Any] = {
        "iss": exchange.app.enterprise.issuer,
        # What this person's ID Tokens for the resource app say, not those for the client (ID-JAG §5). The client
        # can read it here: pairwise subjects keep apart only apps that the enterprise has not connected.
        "sub": subject_at(connection.resource_app.app, subject.person),
        # One string: an array could name a second reader (ID-JAG §4.4.1).
        "aud": connection.resource_app.issuer,
        "client_id": exchange.place.client_id,
        "jti": secrets.token_urlsafe(24),  # 192 random bits, and nothing in them that means something
        "iat": issued_at,
        "exp": issued_at + connection.lifetime,
        "auth_time": epoch(subject.auth_time),
        "amr": list(subject.amr),
        "acr": subject.acr,
    }
    if exchange.place.tenant:
        claims["tenant"] = exchange.place.tenant
    if exchange.place.aud_tenant:
        claims["aud_tenant"] = exchange.place.aud_tenant
    if exchange.granted_resources:
        claims["resource"] = one_or_several(exchange.granted_resources)
    if exchange.granted_scopes:
        claims["scope"] = " ".join(exchange.granted_scopes)
    if exchange.granted_details:
        claims[protocol.AUTHORIZATION_DETAILS] = list(
            exchange.granted_details
        )  # JSON, not a string that holds some
    if exchange.jkt:
        # Whoever redeems it must hold this key (ID-JAG §9.8). Never without a proof: a key that the client only
        # named could be anybody's.
        claims["cnf"] = {protocol.CNF_JKT: exchange.jkt}
    provider = getattr(connection.resource_app.app, "service_provider", None)
    sub_id = describe_sub_id(provider, subject.person) if provider else None
    if sub_id:
        # For an app that signs people in by SAML and so knows no ``sub`` of ours. Others do not need it (§9.6).
        claims["sub_id"] = sub_id
    if connection.agent_id:
        # For the record of whoever reads it: an agent acts, through the client, for a person (RFC 8693 §4.1). The
        # member that says which is which is Okta's; of its own accord nobody grants anything by it (ID-JAG §9.7).
        claims |= {"sub_profile": "user", protocol.ACT: {"sub": connection.agent_id, "sub_profile": "ai_agent"}}
    if subject.shares_email:
        # A hint for the resource app's account search, never a key. The client reads it too, so only if it may.
        claims["email"] = subject.person.login
    return claims


def one_or_several(resources: tuple[str, ...]) -> str | list[str]:
    """One URI as a string, several as an array (ID-JAG §3.1)."""
    return resources[0] if len(resources) == 1 else list(resources)
