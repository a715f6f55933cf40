"""What mozilla-django-oidc is told when it asks for its settings: fixed answers, never the project's
settings.

The library reads one IdP and its switches from ``settings.OIDC_*``. Here the IdP is a ``Connection`` and the
switches are no choice: PKCE with S256 (RFC 9700 §2.1.1) and a nonce (OpenID Connect Core §3.1.3.7) in every
sign-in. A question that is not in this table is a ``KeyError``, so a new release cannot slip in a default of
its own.
"""

from typing import Any, Final

FIXED_SETTINGS: Final[dict[str, Any]] = {
    "OIDC_AUTHENTICATION_CALLBACK_URL": "signin:callback",
    "OIDC_STATE_SIZE": 32,  # of 62 letters and digits: 190 bits
    "OIDC_USE_NONCE": True,
    "OIDC_NONCE_SIZE": 32,
    "OIDC_USE_PKCE": True,
    "OIDC_PKCE_CODE_CHALLENGE_METHOD": "S256",
    "OIDC_PKCE_CODE_VERIFIER_SIZE": 64,
    "OIDC_REDIRECT_FIELD_NAME": "next",
}
STATES: Final = "oidc_states"
"""The session key under which the library keeps {state: {nonce, code_verifier, added_on}}, one per tab."""
