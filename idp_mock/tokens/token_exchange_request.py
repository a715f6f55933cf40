"""Token exchange, first part: is this a request for an ID-JAG that we understand? Checks I1 to I3.

In the flow these come before anything is verified or looked up: they read the form and the registration of the
client that has just authenticated, and cost nothing (RFC 8693 §2.1, ID-JAG §4.3).

Deliberately does not: issue anything but an ID-JAG. A request for an access token is refused, never answered
with something else. A SAML assertion becomes a refresh token first (``idp_mock.saml.exchange``), as at Okta. No
actor is accepted (ID-JAG §9.7 leaves it open).
"""

from dataclasses import replace

from idp_mock.tokens.errors import OAuthError, invalid_grant, invalid_request
from idp_mock.tokens.id_token import IdTokenRejected, check_id_token_type
from idp_mock.tokens.proof import verify_proof
from idp_mock.tokens.token_exchange_state import Exchange
from xaa import jose, protocol
from xaa.authorization_details import Details, DetailsRefused, parse_details
from xaa.checks import numbered

SUBJECT_TOKEN_TYPES = (protocol.TOKEN_TYPE_ID_TOKEN, protocol.TOKEN_TYPE_REFRESH_TOKEN)


@numbered("I1", "client authenticated")
def check_client(exchange: Exchange) -> Exchange:
    """The client, which the token endpoint has authenticated, is registered to ask for ID-JAGs.

    An ID Token alone is never enough (ID-JAG §4.3.3, RFC 6749 §5.2): whoever holds a leaked one must also be the
    app that it was issued to. A DPoP proof is part of who asks, so it is verified here, before what is asked: one
    that fails is never ignored, or the client would get an unbound ID-JAG for its trouble (ID-JAG §9.8).
    """
    app = exchange.app
    if not (app.is_requesting_app and app.may_use(protocol.GRANT_TOKEN_EXCHANGE)):
        raise OAuthError(protocol.ERROR_UNAUTHORIZED_CLIENT, "This client is not registered to request ID-JAGs.")
    return replace(exchange, jkt=verify_proof(exchange)) if exchange.requested.dpop_headers else exchange


@numbered("I2", "grant and requested type id-jag")
def check_request(exchange: Exchange) -> Exchange:
    """The request asks for exactly one ID-JAG, for exactly one audience, on behalf of nobody but the subject.

    Several audiences would make one grant that several servers accept, each able to replay it at the others
    (ID-JAG §4.4.1). An actor that we ignored would be a delegation nobody can see (RFC 8693 §2.1).
    """
    asked = exchange.requested
    if asked.requested_token_type != protocol.TOKEN_TYPE_ID_JAG:
        raise invalid_request(f"Send requested_token_type={protocol.TOKEN_TYPE_ID_JAG}: nothing else is issued.")
    if len(asked.audiences) != 1:
        raise invalid_request("Send one 'audience': the issuer of the resource app's authorization server.")
    if not asked.subject_token:
        raise invalid_request("The parameter 'subject_token' is missing.")
    if asked.has_actor:
        raise invalid_request("Actor tokens are not supported: leave out 'actor_token' and 'actor_token_type'.")
    return replace(exchange, asked_details=read_asked_details(asked.authorization_details))


def read_asked_details(text: str) -> Details:
    """A JSON array of objects with a ``type``; which types there are is the policy's to say (RFC 9396 §2, §5)."""
    try:
        return parse_details(text) if text else ()
    except DetailsRefused as error:
        description = f"The parameter 'authorization_details' cannot be read. {error}"
        raise OAuthError(protocol.ERROR_INVALID_AUTHORIZATION_DETAILS, description) from error


@numbered("I3", "subject token type supported")
def check_subject_token_type(exchange: Exchange) -> Exchange:
    """The subject token is of a kind we take, and its own header does not say that it is another kind.

    We sign ID Tokens, ID-JAGs and access tokens with the same keys, so a signature alone does not tell them apart:
    without ``typ``, whoever holds one could trade it for the next (RFC 8725 §3.11).
    """
    asked = exchange.requested
    if asked.subject_token_type == protocol.TOKEN_TYPE_SAML2:
        raise invalid_request(f"Exchange the assertion first, with {protocol.TOKEN_TYPE_REFRESH_TOKEN} requested.")
    if asked.subject_token_type not in SUBJECT_TOKEN_TYPES:
        raise invalid_request(f"Send a supported subject_token_type: {' or '.join(SUBJECT_TOKEN_TYPES)}.")
    if asked.subject_token_type == protocol.TOKEN_TYPE_ID_TOKEN:
        try:
            check_id_token_type(jose.peek(asked.subject_token).unverified_header)
        except (jose.MalformedToken, IdTokenRejected) as error:
            raise invalid_grant("The subject_token is not an ID Token.") from error
    return exchange
