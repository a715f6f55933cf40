"""The grants this server really has: the authorization code, and the JWT bearer grants for ID-JAGs.

In the flow: ``OAUTH2_PROVIDER["OAUTH2_SERVER_CLASS"]``. What metadata advertises is what the token
endpoint does (RFC 8414 §2); a test holds the settings against ``GRANTS``.

Deliberately does not: offer the password and implicit grants (RFC 9700 §2.1.2, §2.4), client credentials
(every call acts for a person here), the device flow, or refresh tokens. Apps come back with a new ID-JAG
instead, so the IdP's admin decides anew every five minutes (ID-JAG §4.4.3).
"""

from typing import Any, Final

from oauthlib.oauth2.rfc6749.errors import InvalidRequestError

from todo0.authserver.access_tokens import lifetime_of
from todo0.authserver.answers import WordedGrant
from xaa import protocol
from xaa.jwt_bearer.server import JwtBearerServer

GRANTS: Final = (protocol.GRANT_AUTHORIZATION_CODE, protocol.GRANT_JWT_BEARER, protocol.GRANT_JWT_DPOP)
RESPONSE_TYPES: Final = ("code",)


class Todo0Server(JwtBearerServer):
    id_jag_grant = WordedGrant

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs | {"token_expires_in": lifetime_of})
        for grant in set(self.grant_types) - set(GRANTS):
            del self.grant_types[grant]
        for response_type in set(self.response_types) - set(RESPONSE_TYPES):
            del self.response_types[response_type]
        self.auth_grant.refresh_token = False

    def validate_token_request(self, request: Any) -> None:
        """A missing ``grant_type`` is a bad request, not an unsupported grant (RFC 6749 §5.2)."""
        super().validate_token_request(request)
        if not request.grant_type:
            raise InvalidRequestError(description="The parameter grant_type is missing.", request=request)
