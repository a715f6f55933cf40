"""Whether the sender of an access token holds the key that it is bound to: DPoP at the API (check A7).

In the flow this is what makes a copied token worthless: a bound one is refused without a fresh proof, made with
its key, out to this very request and this very token (RFC 9449 §7).

Deliberately does not: accept a bound token as a bearer token. A thief would just leave the proof out.
"""

from todo0.api.errors import AccessTokenRejected
from todo0.api.presented import Presented
from xaa import dpop, protocol
from xaa.jwt_bearer import replay


def check_possession(presented: Presented) -> None:
    """Raise ``AccessTokenRejected`` unless scheme, binding and proof fit together."""
    bound_to = dpop.read_bound_key(presented.claims)
    if presented.scheme != protocol.TOKEN_TYPE_DPOP:
        if "cnf" in presented.claims:
            raise _refusal("Expected this token with a DPoP proof of its key, found it as a bearer token.")
        return
    if not bound_to:
        raise _refusal("Expected a token that is bound to a key, found one that is not: send it as Bearer.")
    try:
        proof = dpop.check_proof(
            presented.dpop_headers,
            method=presented.method,
            url=presented.url,
            now=presented.now.timestamp(),
            access_token=presented.token,
            claim=_claim,
        )
    except dpop.DpopError as error:
        message = f"Expected a DPoP proof for this request and this token. {error.reason}"
        raise _refusal(message, protocol.ERROR_INVALID_DPOP_PROOF) from error
    if proof.jkt != bound_to:
        raise _refusal("Expected a proof of the key that the token is bound to, found one of another key.")


def _claim(proof: dpop.Proof) -> bool:
    """Once per address, across all processes (RFC 9449 §11.1), in the table that the token endpoint uses."""
    return replay.claim_proof(proof, keep_until=proof.iat + dpop.WINDOW)


def _refusal(message: str, error: str = protocol.ERROR_INVALID_TOKEN) -> AccessTokenRejected:
    return AccessTokenRejected(401, error, message, scheme=protocol.TOKEN_TYPE_DPOP)
