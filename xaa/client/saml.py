"""Before leg one, for an app whose people sign in by SAML: an assertion becomes a refresh token (ID-JAG §4.5).

An assertion is good once and for minutes; ID-JAGs are wanted for as long as somebody is signed in. So the app
brings its assertion to the IdP right after the sign-in, and from then on exchanges the refresh token it gets::

    token = request_refresh_token(http, idp, assertion=signed_assertion)  # once a sign-in; keep it encrypted
    session = CrossAppSession(..., subject=lambda: SubjectToken.from_refresh_token(token.value))

Deliberately does not: read the assertion. The app's SAML sign-in has verified it, and its bytes must arrive as
they were signed.
"""

import base64
from collections.abc import Callable

from xaa import protocol
from xaa.client.endpoints import TokenEndpoint, post_token_request
from xaa.client.responses import IssuedRefreshToken, Names, parse_refresh_token_response
from xaa.clock import read_clock
from xaa.http import OutgoingHttp

SCOPE: Names = ("openid", "offline_access")


def request_refresh_token(
    http: OutgoingHttp,
    idp: TokenEndpoint,
    *,
    assertion: bytes,
    scope: Names = SCOPE,
    clock: Callable[[], float] = read_clock,
) -> IssuedRefreshToken:
    """Exchange ``assertion``, the signed ``Assertion`` element alone, at the IdP that signed it.

    Raises as ``request_id_jag`` does. After a refusal the person signs in again: an assertion is not tried twice.
    """
    form = {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_REFRESH_TOKEN,
        "scope": " ".join(scope),
        "subject_token": base64.urlsafe_b64encode(assertion).rstrip(b"=").decode(),
        "subject_token_type": protocol.TOKEN_TYPE_SAML2,
    }
    body = post_token_request(http, idp, form, leg="token exchange", now=clock())
    return parse_refresh_token_response(body, asked_scope=scope, now=clock())
