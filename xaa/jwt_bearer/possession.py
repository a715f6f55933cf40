"""Whether the client holds the key that an ID-JAG is bound to: DPoP at the token endpoint (check R8).

================  ===============================  ==================================================
In the request    ID-JAG with ``cnf.jkt``          ID-JAG without ``cnf``
================  ===============================  ==================================================
no proof          refused, whatever the grant      accepted, unless a resource wants bound tokens (R13)
proof that holds  accepted if it is the same key   accepted; the access token is bound all the same
bad proof         refused                          refused
================  ===============================  ==================================================

The draft's rules turn on the proof and not on the name of the grant (ID-JAG §9.8), so jwt-bearer takes key-bound
ID-JAGs, too. The grant jwt-dpop promises that there is a proof and a ``cnf.jkt``, and answers every failure with
``invalid_grant`` (draft-parecki-oauth-jwt-dpop-grant §4).

Deliberately does not: take ``cnf`` by another means (``x5t#S256`` of RFC 8705). It is refused, never ignored.
"""

from xaa import dpop, protocol
from xaa.jwt_bearer import replay
from xaa.jwt_bearer.presented import UNPROVEN, IdJagRejected, Presented


def verify_possession(presented: Presented) -> dpop.Proof:
    """The proof that came with the request, made with the key that the ID-JAG names; ``UNPROVEN`` without any."""
    claims = presented.id_jag.claims
    proof = _verify_proof(presented) if presented.dpop_headers else UNPROVEN
    if "cnf" in claims or presented.grant_type == protocol.GRANT_JWT_DPOP:
        bound_to = dpop.read_bound_key(claims)
        if not bound_to or proof.jkt != bound_to:
            raise IdJagRejected(
                f"cnf.jkt: expected the key of a DPoP proof ({proof.jkt or 'none came'}), found {bound_to!r:.80}"
            )
    return proof


def check_proof_is_new(presented: Presented) -> None:
    """Claim the proof's ``jti`` (RFC 9449 §11.1). It writes, so it belongs to the last check (R11)."""
    proof = presented.proof
    keep_until = proof.iat + presented.rules.dpop_window
    if proof.jkt and not replay.claim_proof(proof, keep_until=keep_until):
        raise _refusal(presented, "DPoP proof: expected one not seen before, found one already used")


def _verify_proof(presented: Presented) -> dpop.Proof:
    rules = presented.rules
    try:
        return dpop.check_proof(
            presented.dpop_headers,
            method="POST",
            url=rules.token_endpoint,
            now=presented.now,
            window=rules.dpop_window,
        )
    except dpop.DpopError as error:
        raise _refusal(presented, error.reason) from error


def _refusal(presented: Presented, reason: str) -> IdJagRejected:
    if presented.grant_type == protocol.GRANT_JWT_DPOP:
        return IdJagRejected(reason)
    description = "The DPoP proof is invalid, expired, used before or not made out to this request."
    return IdJagRejected(reason, error=protocol.ERROR_INVALID_DPOP_PROOF, description=description)
