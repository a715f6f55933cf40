"""Good by default, one override = one wrong thing.

``build_id_jag()`` makes an ID-JAG that every check passes; ``build_id_jag(aud=...)`` differs in that alone, so a
refusal proves its reason. ``REMOVED`` as a value takes a claim or header away.
"""

import secrets
import time
from typing import Any, Final

from xaa import jose, protocol

REMOVED: Final = object()
IDP_KEY: Final = jose.generate_signing_key("ES256")
OTHER_KEY: Final = jose.generate_signing_key("ES256")
ISSUER: Final = "https://idp.example/acme"
RESOURCE_AS: Final = "https://todo.example"
RESOURCE: Final = "https://todo.example/api"
CLIENT_ID: Final = "agent0-at-todo0"
SUBJECT: Final = "00u1alice"


def build_id_jag(
    *, key: jose.SigningKey = IDP_KEY, typ: str = protocol.TYP_ID_JAG, now: float | None = None, **override: Any
) -> str:
    """A signed ID-JAG for Alice, for Agent0 at Todo0, read and write, five minutes."""
    issued_at = int(time.time() if now is None else now)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "sub": SUBJECT,
        "aud": RESOURCE_AS,
        "client_id": CLIENT_ID,
        "jti": secrets.token_urlsafe(16),
        "iat": issued_at,
        "exp": issued_at + 300,
        "resource": RESOURCE,
        "scope": "todos.read todos.write",
        "auth_time": issued_at - 60,
        "amr": ["pwd"],
    } | override
    return jose.sign({name: value for name, value in claims.items() if value is not REMOVED}, key=key, typ=typ)


def jwks(*keys: jose.SigningKey) -> dict[str, Any]:
    return {"keys": [jose.public_jwk(key) for key in keys]}
