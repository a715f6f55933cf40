"""Leg two: at the resource app's authorization server, redeem the ID-JAG (RFC 7523 §2.1; ID-JAG §4.4).

The client authenticates with its credentials *there*, which are not those it has at the IdP.

Deliberately does not: send a ``scope``. What may be done stands in the ID-JAG; or repeat the request, since the
far side may treat an ID-JAG as single use.
"""

from collections.abc import Callable

from xaa import protocol
from xaa.authorization_details import Details, dump_details
from xaa.client.endpoints import TokenEndpoint, post_token_request
from xaa.client.errors import UnexpectedResponse
from xaa.client.responses import AccessToken, IssuedIdJag, parse_access_token_response
from xaa.clock import read_clock
from xaa.http import OutgoingHttp
from xaa.jose import SigningKey


def redeem_id_jag(
    http: OutgoingHttp,
    resource_as: TokenEndpoint,
    *,
    id_jag: IssuedIdJag,
    details: Details = (),
    proof_key: SigningKey | None = None,
    clock: Callable[[], float] = read_clock,
) -> AccessToken:
    """Exchange ``id_jag`` for an access token at the one server it was issued for.

    With ``proof_key`` the ID-JAG is bound to that key, and so must the access token be. ``details`` ask for less
    than the ID-JAG allows (RFC 9396 §2); left out, all of it is meant.

    Raises ``TokenEndpointError`` when that server refuses, ``NoAnswer`` when it cannot be reached,
    ``UnexpectedResponse`` when it breaks the protocol, or when ``id_jag`` was made out to another server.
    """
    if id_jag.audience != resource_as.issuer:
        raise UnexpectedResponse("redemption", field="audience", rule=f"this ID-JAG is for {id_jag.audience}")
    grant_type = protocol.GRANT_JWT_DPOP if proof_key else protocol.GRANT_JWT_BEARER
    token_type = protocol.TOKEN_TYPE_DPOP if proof_key else protocol.TOKEN_TYPE_BEARER
    form = {"grant_type": grant_type, "assertion": id_jag.assertion}
    form |= {protocol.AUTHORIZATION_DETAILS: dump_details(details)} if details else {}
    body = post_token_request(http, resource_as, form, leg="redemption", now=clock(), proof_key=proof_key)
    return parse_access_token_response(
        body, id_jag=id_jag, asked_details=details, token_type=token_type, now=clock()
    )
