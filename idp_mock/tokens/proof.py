"""DPoP at the token exchange: which key the requesting app holds (RFC 9449 §4.3; ID-JAG §9.8).

In the flow the app may send a proof with its request. Its key's thumbprint then stands in the ID-JAG, and nobody
without that key can redeem it. What makes a proof good is told in ``xaa.dpop``; here it meets this IdP: its token
endpoint's public address, and the memory of what was used.

Deliberately does not: bind what the other grants issue, so the metadata does not promise DPoP (RFC 9449 §5.1
would mean access tokens, too). A client sees in the ID-JAG whether its key is there. Or take the Okta-shaped
address of the endpoint in a proof: the metadata names the other one.
"""

import logging
from datetime import UTC, datetime
from functools import partial

from django.db import IntegrityError, transaction

from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.models import UsedProof
from idp_mock.tokens.token_exchange_state import Exchange
from xaa import dpop, protocol

log = logging.getLogger("idp_mock.token_exchange")


def verify_proof(exchange: Exchange) -> str:
    """The thumbprint of the key that the exchange's DPoP header proves; ``OAuthError`` if it proves nothing."""
    try:
        proof = dpop.check_proof(
            exchange.requested.dpop_headers,
            method="POST",
            url=f"{exchange.app.enterprise.issuer}/token",
            now=exchange.now.timestamp(),
            claim=partial(claim, exchange.now),
        )
    except dpop.DpopError as error:
        log.warning("DPoP proof of %s refused: %s", exchange.app.client_id, error.reason)
        raise OAuthError(
            protocol.ERROR_INVALID_DPOP_PROOF,
            "The DPoP proof is invalid, expired, used before or not made out to this token endpoint.",
        ) from error
    return proof.jkt


def claim(now: datetime, proof: dpop.Proof) -> bool:
    """Whether this is the first use: one INSERT, of which any number of racing requests can win one.

    Spent whatever becomes of the exchange: a client makes a new proof for every request anyway. What has expired
    goes at the same time, so that the table never holds more than some minutes.
    """
    UsedProof.objects.filter(expires_at__lt=now).delete()
    keep_until = datetime.fromtimestamp(proof.iat + dpop.WINDOW, tz=UTC)
    try:
        with transaction.atomic():
            UsedProof.objects.create(digest=proof.digest, expires_at=keep_until)
    except IntegrityError:
        return False
    return True
