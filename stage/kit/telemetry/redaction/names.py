"""What is secret, by the name of the parameter, member or field that holds it."""

from typing import Final

SECRETS: Final = frozenset(
    {"password", "client_secret", "secret", "code_verifier", "csrfmiddlewaretoken", "push", "device_code"}
)
CODES: Final = frozenset({"code"})
"""An authorization code in a form or a query; in JSON the same name means an error's."""

TOKENS: Final = {
    "access_token": "access-token",
    "refresh_token": "refresh-token",
    "id_token": "id-token",
    "id_token_hint": "id-token",
    "subject_token": "refresh-token",
    "actor_token": "token",
    "assertion": "token",
    "client_assertion": "client-assertion",
    "logout_token": "logout-token",
    "token": "token",
    "SAMLResponse": "saml-assertion",
}
"""... and what kind of token it is when it does not say so itself, as a JWT does by its ``typ``."""

KINDS_BY_TYP: Final = {
    "oauth-id-jag+jwt": "id-jag",
    "at+jwt": "access-token",
    "dpop+jwt": "dpop-proof",
    "logout+jwt": "logout-token",
    "client-authentication+jwt": "client-assertion",
}
LETTERS: Final = {
    "id-token": "ID",
    "id-jag": "JAG",
    "access-token": "AT",
    "refresh-token": "RT",
    "dpop-proof": "DPOP",
    "client-assertion": "CA",
    "logout-token": "LT",
    "saml-assertion": "SAML",
    "token": "T",
}

AUTHORIZATION: Final = frozenset({"authorization", "proxy-authorization"})
COOKIES: Final = frozenset({"cookie", "set-cookie"})
SECRET_HEADERS: Final = frozenset({"x-csrftoken"})
ADDRESSES: Final = frozenset({"location", "referer", "content-location", "refresh", "link"})
"""Headers that hold a URL, and with it perhaps a code."""
