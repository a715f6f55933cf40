"""oauthlib's server with one more grant, or two with DPoP: ``OAUTH2_PROVIDER["OAUTH2_SERVER_CLASS"]``.

Use the ready class, or the mixin over your own server. Nothing of django-oauth-toolkit is patched.
"""

from typing import Any, Final

from oauthlib.oauth2 import Server

from xaa import protocol
from xaa.jwt_bearer.conf import conf
from xaa.jwt_bearer.grant import JwtBearerGrant

RETIRED: Final = ("password", "urn:ietf:params:oauth:grant-type:device_code")
"""Not offered: RFC 9700 §2.4 forbids the first, and the toolkit answers an incomplete second with a 500."""


class JwtBearerServerMixin:
    """Adds the JWT bearer grant to any oauthlib server that keeps its grants in ``grant_types``.

    With DPoP (``JWT_BEARER_TOKEN_ENDPOINT``) also under its second name, for key-bound ID-JAGs.
    """

    grant_types: dict[str, Any]
    id_jag_grant: type[JwtBearerGrant] = JwtBearerGrant

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)  # type: ignore[call-arg]
        self.grant_types[protocol.GRANT_JWT_BEARER] = self.id_jag_grant(request_validator)
        if conf.token_endpoint:
            self.grant_types[protocol.GRANT_JWT_DPOP] = self.grant_types[protocol.GRANT_JWT_BEARER]


class JwtBearerServer(JwtBearerServerMixin, Server):
    """The stock server with the JWT bearer grant, and without the grants that are better not offered."""

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)
        for grant_type in RETIRED:
            self.grant_types.pop(grant_type, None)
