"""Client ID metadata documents, good by default; and the ways to be wrong, one change each.

The directory that reads them and the servers that use it are tried with the same list.
"""

from typing import Any, Final

from tests.builders import REMOVED
from tests.client_assertions import CLIENT_KEY, KEYS
from xaa import jose, protocol

URL: Final = "https://agent.example/oauth/client.json"
REDIRECT_URI: Final = "https://agent.example/callback"
GOOD: Final[dict[str, Any]] = {
    "client_id": URL,
    "client_name": "Agent0",
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": KEYS,
    "grant_types": ["authorization_code", protocol.GRANT_TOKEN_EXCHANGE, protocol.GRANT_JWT_BEARER],
    "authorization_grant_profiles_supported": [protocol.GRANT_PROFILE_ID_JAG],
    "redirect_uris": [REDIRECT_URI],
}
PRIVATE_KEYS: Final = {"keys": [jose.public_jwk(CLIENT_KEY) | {"d": "AQAB"}]}

WRONG: Final[dict[str, dict[str, Any]]] = {
    "no client_id": {"client_id": REMOVED},
    "client_id with a slash": {"client_id": f"{URL}/"},
    "client_id in capitals": {"client_id": URL.upper()},
    "client_id of another": {"client_id": "https://evil.example/client.json"},
    "client_id is no string": {"client_id": [URL]},
    "no authentication method": {"token_endpoint_auth_method": REMOVED},
    "public": {"token_endpoint_auth_method": "none"},
    "secret in the header": {"token_endpoint_auth_method": "client_secret_basic"},
    "secret in the form": {"token_endpoint_auth_method": "client_secret_post"},
    "secret as an HMAC key": {"token_endpoint_auth_method": "client_secret_jwt"},
    "a secret": {"client_secret": "s3cret"},
    "an empty secret": {"client_secret": ""},
    "when a secret expires": {"client_secret_expires_at": 0},
    "no keys": {"jwks": REMOVED},
    "an empty key set": {"jwks": {"keys": []}},
    "keys that are no set": {"jwks": KEYS["keys"]},
    "a private key": {"jwks": PRIVATE_KEYS},
    "keys here and elsewhere": {"jwks_uri": "https://agent.example/keys"},
    "grant_types is text": {"grant_types": protocol.GRANT_JWT_BEARER},
    "the profile without token exchange": {"grant_types": [protocol.GRANT_JWT_BEARER]},
    "the profile without jwt-bearer": {"grant_types": [protocol.GRANT_TOKEN_EXCHANGE]},
    "the profile without grants": {"grant_types": REMOVED},
    "a profile that is no array": {"authorization_grant_profiles_supported": protocol.GRANT_PROFILE_ID_JAG},
    "redirect URIs are text": {"redirect_uris": REDIRECT_URI},
    "a redirect URI without TLS": {"redirect_uris": ["http://agent.example/callback"]},
    "a redirect URI of a script": {"redirect_uris": ["javascript:alert(1)"]},
    "two redirect URIs in one": {"redirect_uris": [f"{REDIRECT_URI} https://evil.example/"]},
    "a redirect URI with a fragment": {"redirect_uris": [f"{REDIRECT_URI}#"]},
}  # fmt: skip


def build_document(**override: Any) -> dict[str, Any]:
    return {name: value for name, value in (GOOD | override).items() if value is not REMOVED}
