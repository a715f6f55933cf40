"""The argument for obeying an access token: one rule, one function, each the ground that the next stands on.

In the flow this is leg 3 (RFC 9068 §4; RFC 6750 §2-3). The API trusts its own authorization server and nobody
else: a genuine ID Token, ID-JAG or access token of the IdP is refused here (RFC 9068 §5, ID-JAG §2.1).

Deliberately does not: decide which todos are whose. Every statement is bound to the token's user
(``changes.todos_of``), since no claim of a token replaces that (ID-JAG §4.1). No introspection either: the
token's row is in our database.
"""

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.conf import settings

from todo0.api.errors import AccessTokenRejected, ApiError
from todo0.api.possession import check_possession
from todo0.api.presented import Access, Presented
from todo0.api.step_up import Demand
from todo0.authserver.access_tokens import fingerprint_of
from todo0.authserver.dot import AccessToken
from todo0.authserver.signing_keys import ALGORITHMS, load_verification_keys
from todo0.authserver.todo_details import SCOPE_OF, reach_of
from xaa import jose, protocol
from xaa.authorization_details import DetailsRefused
from xaa.checks import Check, CheckRun, numbered

log = logging.getLogger("todo0.api.checks")

SCHEMES: Final = {name.lower(): name for name in (protocol.TOKEN_TYPE_BEARER, protocol.TOKEN_TYPE_DPOP)}
B64TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")  # RFC 6750 §2.1


@numbered("A1", "bearer token present")
def check_presence(presented: Presented) -> Presented:
    """One access token, in the header: a URL ends in logs and histories (RFC 9700 §4.3.2, RFC 6750 §2)."""
    if presented.elsewhere:
        raise _malformed(
            f"Expected the access token in the Authorization header only, found one in the {presented.elsewhere}."
        )
    scheme, _, token = presented.authorization.partition(" ")
    if scheme.lower() not in SCHEMES:
        raise AccessTokenRejected(401, "", "Expected 'Authorization: Bearer <access token>', found none.")
    if not B64TOKEN.fullmatch(token.strip(" ")):
        raise _malformed("Expected one access token, found a malformed Authorization header.")
    return replace(presented, scheme=SCHEMES[scheme.lower()], token=token.strip(" "))


@numbered("A2", "signature of our authorization server")
def check_signature(presented: Presented) -> Presented:
    """Signed by our own authorization server; a key that a token brings along is never used (RFC 8725 §3.10)."""
    try:
        kid = jose.peek(presented.token).unverified_header.get("kid", "")
        keys = load_verification_keys(settings.JWT_BEARER_ISSUER, kid)
        verified = jose.verify(presented.token, keys=keys, algorithms=ALGORITHMS)
    except jose.JoseError as error:
        raise _invalid(f"Expected a JWT signed by {settings.JWT_BEARER_ISSUER}. {error}") from error
    return replace(presented, header=verified.header, claims=verified.claims)


@numbered("A2", "issuer is our authorization server")
def check_issuer(presented: Presented) -> Presented:
    """And issued by it, byte for byte (RFC 9068 §4)."""
    _check_equal("iss", presented.claims.get("iss"), settings.JWT_BEARER_ISSUER)
    return presented


@numbered("A3", "typ is at+jwt")
def check_type(presented: Presented) -> Presented:
    """An access token and nothing else that this key might ever sign (RFC 9068 §4; RFC 8725 §3.11)."""
    _check_equal("typ", presented.header.get("typ"), protocol.TYP_ACCESS_TOKEN)
    return presented


@numbered("A4", "aud is this API")
def check_audience(presented: Presented) -> Presented:
    """Meant for this API: a token for another resource does not open it (RFC 9068 §4, RFC 8707 §2)."""
    aud = presented.claims.get("aud")
    if settings.API_RESOURCE not in (aud if isinstance(aud, list) else [aud]):
        raise _invalid(f"Expected aud {settings.API_RESOURCE}, found {_shown(aud)}.")
    return presented


@numbered("A5", "not expired")
def check_expiry(presented: Presented) -> Presented:
    """``exp`` is in the future. No leeway: one clock wrote it and reads it (RFC 9068 §4)."""
    exp = presented.claims.get("exp")
    if type(exp) is not int or not presented.now.timestamp() < exp < 2**40:
        raise _invalid("Expected an access token that is still valid, found an expired one.")
    return presented


@numbered("A5", "not revoked")
def check_not_revoked(presented: Presented) -> Presented:
    """Its row exists: revoking deletes it, so that counts at once. One statement, with user, client and origin."""
    checksum = hashlib.sha256(presented.token.encode()).hexdigest()
    joined = AccessToken.objects.select_related("user", "application", "origin")
    row = joined.filter(token_checksum=checksum).first()
    if row is None:
        raise _invalid("Expected an access token that is still valid, found a revoked one.")
    return replace(presented, row=row)


@numbered("A6", "scope allows this method")
def check_scope(presented: Presented) -> Presented:
    """The scope that this method needs; the challenge names it, so a client can ask for it (RFC 6750 §3.1)."""
    granted = presented.row.scope.split()
    if presented.required_scope not in granted:
        raise AccessTokenRejected(
            403,
            protocol.ERROR_INSUFFICIENT_SCOPE,
            f"Expected scope {presented.required_scope}, found {_shown(' '.join(granted))}.",
            scope=presented.required_scope,
        )
    return presented


@numbered("A6", "details allow this action")
def check_details(presented: Presented) -> Presented:
    """Where the token has details, they allow this action, here, on this todo, beside the scope (RFC 9396 §7)."""
    try:
        reach = reach_of(presented.claims, action=presented.action, location=presented.resource)
    except DetailsRefused as error:
        raise _invalid(f"Expected authorization_details as we write them. {error}") from error
    is_out_of_reach = reach is not None and (not reach or presented.todo_id not in (None, *reach))
    if is_out_of_reach:
        message = f"Expected authorization_details that allow {presented.action or 'this'} here, found others."
        raise AccessTokenRejected(403, protocol.ERROR_INSUFFICIENT_SCOPE, message)
    return replace(presented, reach=reach)


@numbered("A7", "row belongs to sub and client")
def check_subject(presented: Presented) -> Presented:
    """The row belongs to ``sub`` and ``client_id``, and that person's account is still active."""
    row = presented.row
    if row.user is None or not row.user.is_active or row.application is None:
        raise _invalid("Expected an access token of an active account, found none.")
    _check_equal("sub", presented.claims.get("sub"), row.user.get_username())
    _check_equal("client_id", presented.claims.get("client_id"), row.application.client_id)
    return presented


@numbered("A7", "signed in as this action demands")
def check_sign_in(presented: Presented) -> Presented:
    """The person signed in at her IdP as strongly and as recently as this action demands (RFC 9470 §3, §6)."""
    demand = presented.demand
    if not demand.is_met(presented.claims, now=presented.now.timestamp()):
        raise AccessTokenRejected(
            401,
            protocol.ERROR_INSUFFICIENT_USER_AUTHENTICATION,
            f"Expected a sign-in {demand.in_words()}, found {_told(presented)}.",
            acr_values=" ".join(demand.acr_values),
            max_age="" if demand.max_age is None else str(demand.max_age),
        )
    return presented


@numbered("A7", "sent with the key it is bound to")
def check_key(presented: Presented) -> Presented:
    """A key-bound token comes as ``DPoP`` with a proof of its key, any other as ``Bearer`` (RFC 9449 §7.1-7.2)."""
    check_possession(presented)
    return presented


CHECKS: Final = (
    check_presence,  # A1: there is exactly one token, where it belongs
    check_signature,  # A2: nothing in it means anything before this
    check_issuer,  # A2: from here on it is our authorization server that speaks
    check_type,  # A3: of an access token
    check_audience,  # A4: for this API
    check_expiry,  # A5: and still means it, by its own words
    check_not_revoked,  # A5: and by ours; a statement, which whoever forges never gets to (a made-up kid is one)
    check_scope,  # A6: this much may be done
    check_details,  # A6: and, where somebody said so, no more than a part of that
    check_subject,  # A7: for this person, by this app
    check_sign_in,  # A7: who signed in well enough for it; all else is right, so signing in again will help
    check_key,  # A7: which holds the token's key, if it has one; last, because the proof is remembered
)


def check_access_token(presented: Presented) -> Access:
    """What the handlers get of a token that passed every check; else the first check's ``AccessTokenRejected``."""
    return judge(presented, CHECKS, log)


ALSO: Final = (check_scope, check_details, check_sign_in)
"""What depends on the action. The rest of the argument stands for every action of one request."""


def check_also(access: Access, *, action: str, demand: Demand) -> None:
    """What a request does beside its method's action, as its body says: that is held to the same rules.

    Otherwise whoever may change a todo completes it as well, though the admin withholds just that.
    """
    judge(replace(access.judged, action=action, required_scope=SCOPE_OF[action], demand=demand), ALSO, log)


def judge(presented: Presented, checks: Sequence[Check[Presented]], logger: logging.Logger) -> Access:
    """The walk itself, for this resource server and for Todo0's other one (``todo0.mcp``)."""
    run = CheckRun(presented, ApiError, logger)
    try:
        settled = run.through(checks)
    except AccessTokenRejected as rejected:
        rejected.scheme = rejected.scheme or run.state.scheme
        raise
    row = settled.row
    return Access(
        user=row.user,
        client=row.application,
        scope=row.scope,
        issuer=row.origin.issuer if hasattr(row, "origin") else "",
        fingerprint=fingerprint_of(settled.token),
        acting=row.origin.acting if hasattr(row, "origin") else "",
        reach=settled.reach,
        judged=settled.without_credentials(),
    )


def _told(presented: Presented) -> str:
    """How the token says that she signed in, for people."""
    auth_time = presented.claims.get("auth_time")
    when = f"{presented.now.timestamp() - auth_time:.0f} s old" if type(auth_time) is int else "of an unknown time"
    return f"one of {_shown(presented.claims.get('acr', 'no acr'))}, {when}"


def _check_equal(name: str, found: object, expected: str) -> None:
    if found != expected:
        raise _invalid(f"Expected {name} {expected}, found {_shown(found)}.")


def _invalid(message: str) -> AccessTokenRejected:
    return AccessTokenRejected(401, protocol.ERROR_INVALID_TOKEN, message)


def _malformed(message: str) -> AccessTokenRejected:
    return AccessTokenRejected(400, protocol.ERROR_INVALID_REQUEST, message)


def _shown(value: object) -> str:
    return ascii(value)[:120]
