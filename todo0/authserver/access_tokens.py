"""Issue an access token: a JWT of the RFC 9068 profile, for one resource, one user and one client.

In the flow this is the end of leg 2: the ID-JAG has passed every check, and what leaves the house is a token
of our own, signed with our own key, in our own names (never the ID-JAG itself, ID-JAG §1).
django-oauth-toolkit calls it as ``OAUTH2_PROVIDER["ACCESS_TOKEN_GENERATOR"]`` and stores the token's SHA-256.

Deliberately does not: copy identity claims from the ID-JAG. ``sub`` is the *local* account, since the IdP's
subject names somebody in another namespace; only how the person signed in is carried over (RFC 9068 §2.2.1), and
who acts for her, if the IdP says so: that is for the record, and the API grants nothing by it (RFC 8693 §4.1). Nor
take what the grant found from the request's attributes: there oauthlib shows a client's parameters as well.
"""

import secrets
from typing import Any, Final

from django.conf import settings

from todo0.authserver.signing_keys import load_signing_key
from todo0.resources.apis import load_apis
from xaa import jose, protocol
from xaa.clock import read_clock
from xaa.fingerprint import fingerprint

ORG_ID: Final = "org_id"  # Auth0's name for it
CARRIED_OVER: Final = ("auth_time", "acr", "amr")


def issue_access_token(request: Any) -> str:
    """The token for an oauthlib ``request`` whose user, client, scopes and resource are settled."""
    now = int(read_clock())
    claims = {
        "iss": settings.JWT_BEARER_ISSUER,
        "aud": audience_of(request.resource),
        "sub": request.user.get_username(),
        "client_id": request.client.client_id,
        "scope": " ".join(request.scopes),
        "iat": now,
        "exp": now + request.expires_in,
        "jti": secrets.token_urlsafe(16),
    }
    claims |= (
        authentication_of(request)
        | actor_of(request)
        | confirmation_of(request)
        | details_of(request)
        | organization_of(request)
    )
    return jose.sign(claims, key=load_signing_key(), typ=protocol.TYP_ACCESS_TOKEN)


def lifetime_of(request: Any) -> int:
    """Seconds: the shortest of the APIs that it is for, since one token is for all of them."""
    id_jag = vars(request).get("id_jag")
    lifetimes = (
        id_jag.trusted.lifetimes if id_jag else dict(load_apis().values_list("identifier", "token_lifetime"))
    )
    return min(lifetimes[resource] for resource in request.resource)


def audience_of(resource: list[str] | tuple[str, ...]) -> str | list[str]:
    """``aud`` is the granted resource, always (RFC 9068 §3): an unrestricted token is never issued."""
    if isinstance(resource, str) or not resource:
        raise TypeError(f"Expected a granted resource as a list of at least one, found {resource!r:.200}.")
    return resource[0] if len(resource) == 1 else list(resource)


def authentication_of(request: Any) -> dict[str, Any]:
    """When and how the person signed in at the IdP, not when the ID-JAG was redeemed (RFC 9470 §6)."""
    id_jag = vars(request).get("id_jag")
    return {name: id_jag.claims[name] for name in CARRIED_OVER if name in id_jag.claims} if id_jag else {}


def actor_of(request: Any) -> dict[str, Any]:
    """Who acts for the person beside the client, as the IdP told it (RFC 8693 §4.1; ID-JAG §9.7)."""
    id_jag = vars(request).get("id_jag")
    return {protocol.ACT: dict(id_jag.act)} if id_jag and id_jag.act else {}


def confirmation_of(request: Any) -> dict[str, Any]:
    """The key that the client proved to hold, if it did: the API wants to see it again (RFC 9449 §6.1)."""
    jkt = vars(request).get("dpop_jkt")
    return {"cnf": {protocol.CNF_JKT: jkt}} if jkt else {}


def organization_of(request: Any) -> dict[str, str]:
    """In whose name she acts, if she is a member of the organization whose IdP vouched for her."""
    org_id = getattr(request.user, "org_id", None)
    return {ORG_ID: org_id} if org_id else {}


def details_of(request: Any) -> dict[str, Any]:
    """What the token may do, where that is less than its scope says: the API reads it here (RFC 9396 §9.1)."""
    details = vars(request).get("granted_details")
    return {protocol.AUTHORIZATION_DETAILS: details} if details else {}


def fingerprint_of(token: str) -> str:
    """Four characters to follow one token across screens and logs; useless for anything else."""
    return f"AT-{fingerprint(token)}"
