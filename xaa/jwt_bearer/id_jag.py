"""The argument for trusting an ID-JAG: one rule, one function, in the order that makes each the next one's ground.

In the flow this is step 5: a client we have authenticated presents an assertion and asks for an access token
(RFC 7523 §2.1). What follows is ID-JAG §4.4.1. Read it from top to bottom; ``CHECKS`` at the end is the order, and
says why. Nothing is called true before it is: what arrives is ``unverified_...``, and becomes an ``IdJag`` only
when its signature holds.

Every check refuses with ``IdJagRejected``: the caller is told one uniform ``invalid_grant``, the log which check
failed, what it expected and what it found. No check writes anything but the last two: one spends the ID-JAG, so a
refused one is never burnt; the other makes a newcomer's account, so a refused one leaves nobody behind.

Every claim of ID-JAG §3.1 is accounted for. Checked: ``iss aud client_id exp iat nbf sub jti resource scope``, and
``authorization_details`` (R14), refused unless we know their type: ignoring them would widen what was granted.
Carried into the access token: ``auth_time acr amr``, and ``cnf`` (R8), whose only member understood is ``jkt``.
Carried along and logged, never demanded, never refused: ``act``, which says who acts and so decides nothing here.
Left to the subject resolver: ``email aud_sub sub_id tenant aud_tenant``. Anything else is ignored.
"""

from dataclasses import replace
from typing import Final

from xaa import jose, protocol
from xaa.authorization_details import DetailsRefused, dump_details, parse_details
from xaa.checks import Narrowed, numbered
from xaa.jwt_bearer import replay, trust
from xaa.jwt_bearer.claims import check_equal, check_identifier, check_names, read_claimed_details, read_time
from xaa.jwt_bearer.policy import (
    FALLBACK,
    NARROWS,
    NotGranted,
    decide_details,
    decide_resource,
    decide_scope,
    narrow_resource,
    scopes_of_all,
)
from xaa.jwt_bearer.possession import check_proof_is_new, verify_possession
from xaa.jwt_bearer.presented import IdJag, IdJagRejected, Presented
from xaa.jwt_bearer.subjects import check_account, check_person, resolve_subject


@numbered("R3", "a signed JWT with an allowed alg")
def check_format(presented: Presented) -> Presented:
    """One signed JWT with an asymmetric ``alg``: no ``none``, no HMAC under a public key (RFC 8725 §3.1-3.2)."""
    try:
        peeked = jose.peek(presented.assertion)
        jose.check_algorithm(peeked.unverified_header, tuple(jose.KEY_TYPE_OF))
    except jose.JoseError as error:
        raise IdJagRejected(str(error)) from error
    return replace(
        presented, unverified_header=peeked.unverified_header, unverified_claims=peeked.unverified_claims
    )


@numbered("R4", "typ is oauth-id-jag+jwt")
def check_type(presented: Presented) -> Presented:
    """It says it is an ID-JAG, so no ID Token or access token passes as one (ID-JAG §3.1; RFC 8725 §3.11)."""
    check_equal("typ", presented.unverified_header.get("typ"), protocol.TYP_ID_JAG)
    return presented


@numbered("R5", "issuer trusted")
def check_issuer(presented: Presented) -> Presented:
    """``iss`` is on the trust list, byte for byte. Only this chooses the keys (ID-JAG §4.1; RFC 8725 §3.8).

    The line may have rules of its own: from here on the ID-JAG is held to those.
    """
    issuer = presented.unverified_claims.get("iss")
    try:
        if not isinstance(issuer, str):
            raise LookupError
        trusted = trust.find_trusted_issuer(issuer)
    except LookupError as error:
        raise IdJagRejected(f"iss: expected a trusted issuer, found {issuer!r:.200}") from error
    return replace(presented, trusted=trusted, rules=presented.rules.held_to(trusted))


@numbered("R6", "key found, signature good")
def check_signature(presented: Presented) -> Presented:
    """Signed by that issuer's key, with an algorithm we allow it (RFC 7523 §3 (9)): now it speaks for it."""
    try:
        verified = trust.verify_assertion(presented.assertion, presented.trusted)
    except jose.JoseError as error:
        raise IdJagRejected(str(error)) from error
    return replace(presented, id_jag=IdJag(presented.trusted.issuer, verified.claims, presented.trusted))


@numbered("R7", "aud is exactly this server")
def check_audience(presented: Presented) -> Presented:
    """``aud`` is this server and no other: our issuer, not the token endpoint, not the API (ID-JAG §4.4.1).

    An array counts only with exactly one element; with two, somebody else could redeem it as well.
    """
    audience = presented.id_jag.claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    check_equal("aud", audience, presented.rules.issuer)
    return presented


@numbered("R8", "client_id is the authenticated client")
def check_client(presented: Presented) -> Presented:
    """Made out to the client that presents it, so a stolen one is worthless to others (ID-JAG §4.4.1, §5)."""
    check_equal("client_id", presented.id_jag.claims.get("client_id"), presented.client.client_id)
    return presented


@numbered("R8", "presented with the key it is bound to")
def check_key(presented: Presented) -> Presented:
    """Bound to a key (``cnf``), it counts only with a proof of that key (ID-JAG §9.8; RFC 7800 §3.1).

    Treating it as unbound would hand it to whoever copied it. See ``possession`` for the combinations.
    """
    return replace(presented, proof=verify_possession(presented))


@numbered("R9", "not expired")
def check_expiry(presented: Presented) -> Presented:
    """``exp`` is in the future, give or take the leeway (RFC 7523 §3 (4))."""
    expires_at = read_time(presented, "exp")
    if presented.now >= expires_at + presented.rules.leeway:
        raise IdJagRejected(f"exp: expected a time after {presented.now:.0f}, found {expires_at}")
    return presented


@numbered("R10", "issued in the past, short-lived")
def check_issued_at(presented: Presented) -> Presented:
    """Not from the future, not before its ``nbf``, and short-lived by our own measure (RFC 7523 §3 (5), (6))."""
    issued_at, rules = read_time(presented, "iat"), presented.rules
    not_before = read_time(presented, "nbf") if "nbf" in presented.id_jag.claims else issued_at
    latest = presented.now + rules.leeway
    if issued_at > latest or not_before > latest:
        raise IdJagRejected(f"iat, nbf: expected at most {latest:.0f}, found {issued_at}, {not_before}")
    lifetime = presented.id_jag.expires_at - issued_at
    if not 0 < lifetime <= rules.max_lifetime:
        raise IdJagRejected(f"exp - iat: expected at most {rules.max_lifetime} s, found {lifetime} s")
    return presented


@numbered("R12", "person looked up")
def check_subject(presented: Presented) -> Presented:
    """``sub`` is looked up by the same key as at sign-in. Whether it names anybody is said by ``check_person``."""
    check_identifier("sub", presented.id_jag.claims.get("sub"))
    return replace(presented, user=resolve_subject(presented.id_jag))


@numbered("R13", "resource is ours")
def check_resource(presented: Presented) -> Presented:
    """Every ``resource`` is an API of ours; the token will be for these alone (RFC 8707 §2; ID-JAG §4.4.1)."""
    rules, requested = presented.rules, presented.requested_resource
    check_names("resource", presented.id_jag.claims.get("resource", []))
    claimed = presented.id_jag.resource
    falls_back = rules.resource_parameter == FALLBACK and bool(requested) and not claimed
    wanted = requested if falls_back else claimed
    try:
        granted = decide_resource(claimed=wanted, governed=rules.resources, default=rules.default_resource)
    except NotGranted as error:
        code = protocol.ERROR_INVALID_TARGET if falls_back else protocol.ERROR_INVALID_GRANT
        raise IdJagRejected(f"resource: {error}", error=code) from error
    try:
        picked = requested if rules.resource_parameter == NARROWS else ()
        narrowed = narrow_resource(granted, requested=picked)
    except NotGranted as error:
        raise IdJagRejected(f"resource: {error}", error=protocol.ERROR_INVALID_TARGET) from error
    if not presented.proof.jkt and not rules.bound_resources.isdisjoint(narrowed):
        raise IdJagRejected("resource: expected a DPoP proof, which this resource wants, found none")
    return replace(presented, resource=narrowed)


@numbered("R14", "scopes after local policy")
def check_scope(presented: Presented) -> Presented | Narrowed[Presented]:
    """No more than the IdP granted, than client and API have, and than the form asks for (ID-JAG §4.4.1)."""
    claims, rules = presented.id_jag.claims, presented.rules
    if not isinstance(claims.get("scope", ""), str):
        raise IdJagRejected(f"scope: expected one string, found {type(claims['scope']).__name__}")
    try:
        scope = decide_scope(
            claimed=presented.id_jag.scope,
            requested=presented.requested_scope if rules.scope_parameter == NARROWS else (),
            allowed=scopes_of_all(
                presented.resource, known=rules.resource_scopes, allowed=presented.client.allowed_scopes
            ),
        )
    except NotGranted as error:
        raise IdJagRejected(f"scope: {error}", error=protocol.ERROR_INVALID_SCOPE) from error
    decided = replace(presented, scope=scope)
    withheld = sorted(set(presented.id_jag.scope) - set(scope))
    return Narrowed(decided, f"not granted: {' '.join(withheld)}") if withheld else decided


@numbered("R14", "authorization details after local policy")
def check_authorization_details(presented: Presented) -> Presented | Narrowed[Presented]:
    """Where details limit the scope, each object is understood and kept, or all is refused (RFC 9396 §5).

    Dropping one unread would widen what the IdP granted. The form's narrow the ID-JAG's; without those, its scope.
    """
    rules, text = presented.rules, presented.requested_details
    try:
        claimed, requested = read_claimed_details(presented.id_jag.claims), parse_details(text) if text else ()
        details = decide_details(
            claimed=claimed,
            requested=requested,
            types=rules.details_types,
            scope=presented.scope,
            resource=presented.resource,
        )
    except DetailsRefused as error:
        is_known = bool(rules.details_types or text)  # else the claim is one that this server never asked for
        code = protocol.ERROR_INVALID_AUTHORIZATION_DETAILS if is_known else protocol.ERROR_INVALID_GRANT
        found = text or presented.id_jag.claims.get(protocol.AUTHORIZATION_DETAILS)
        raise IdJagRejected(f"authorization_details: {error} Found {found!r:.200}", error=code) from error
    decided = replace(presented, details=details)
    is_less = details != (requested or claimed)
    return Narrowed(decided, f"granted: {dump_details(details):.200}") if is_less else decided


@numbered("R11", "jti not seen before")
def check_not_replayed(presented: Presented) -> Presented:
    """``jti`` is claimed in one atomic step: of two who present one ID-JAG, one gets a token (RFC 7523 §3 (7))."""
    check_identifier("jti", presented.id_jag.claims.get("jti"))
    check_proof_is_new(presented)
    if not presented.rules.single_use:
        return presented
    id_jag = presented.id_jag
    keep_until = id_jag.expires_at + presented.rules.leeway
    if not replay.claim(issuer=id_jag.issuer, jti=id_jag.jti, keep_until=keep_until):
        raise IdJagRejected("jti: expected one not seen before, found one already redeemed")
    return presented


CHECKS: Final = (
    check_format,  # R3: it can be read at all, and nobody asks us to trust an unsigned one
    check_type,  # R4: it claims to be an ID-JAG; anything else signed by the same key stops here
    check_issuer,  # R5: of all it says, one string is looked up in our list, before any key is fetched
    check_signature,  # R6: from here on it is the IdP that speaks
    check_audience,  # R7: it speaks to us
    check_client,  # R8: about the client in front of us
    check_key,  # R8: who holds the key, if it is bound to one
    check_expiry,  # R9: and it still means it
    check_issued_at,  # R10: and not for longer than we accept
    check_subject,  # R12: about one person; asked so late that no forger learns who has an account
    check_resource,  # R13: for an API of ours
    check_scope,  # R14: for something that may be done there
    check_authorization_details,  # R14: and, where somebody said so, for no more than a part of that
    check_person,  # R12: whom we know; said so late that no invalid_scope before it tells who has an account
    check_not_replayed,  # R11: after all of these, because it writes: a refused ID-JAG is not burnt
    check_account,  # R12: last, because it writes more: not even a second copy of a good one makes an account
)
