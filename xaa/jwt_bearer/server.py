"""oauthlib's server with one more grant: ``OAUTH2_PROVIDER["OAUTH2_SERVER_CLASS"]``.

Use the ready class, or the mixin over your own server. Nothing of django-oauth-toolkit is patched.
"""

from typing import Any

from oauthlib.oauth2 import Server

from xaa import protocol
from xaa.jwt_bearer.grant import JwtBearerGrant


class JwtBearerServerMixin:
    """Adds the JWT bearer grant to any oauthlib server that keeps its grants in ``grant_types``."""

    def __init__(self, request_validator: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request_validator, *args, **kwargs)
        grants: dict[str, Any] = self.grant_types  # type: ignore[attr-defined]
        grants[protocol.GRANT_JWT_BEARER] = JwtBearerGrant(request_validator)


class JwtBearerServer(JwtBearerServerMixin, Server):
    """The stock server and the JWT bearer grant."""
