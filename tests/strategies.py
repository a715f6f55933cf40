"""What Hypothesis makes up for the property tests: tokens, claims, forms and headers that nobody has thought of.

The vectors of ``tests/corpus`` are what people have thought of. These search around them, and keep one promise: a
documented error, never a crash, and nothing written unless something was issued.
"""

import os
from typing import Any, Final
from urllib.parse import urlencode

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.builders import REMOVED
from xaa import jose

bounded = settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,  # so that a red run there is red again here
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""A test's fixtures serve all its examples: what one example leaves behind, the next must bear."""

FORM: Final = "application/x-www-form-urlencoded"
PARAMETERS: Final = (
    "grant_type", "assertion", "client_id", "client_secret", "scope", "resource", "audience", "subject_token",
    "subject_token_type", "requested_token_type", "actor_token", "client_assertion", "client_assertion_type",
    "code", "code_verifier", "redirect_uri", "refresh_token", "token", "authorization_details",
)  # fmt: skip
VISITS: Final = (
    "response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method", "prompt", "max_age", "acr_values", "login_hint", "id_token_hint", "request",
    "request_uri", "code", "error", "error_description", "iss", "connection", "email", "next", "interaction",
    "post_logout_redirect_uri", "logout_token", "login", "password", "SAMLRequest", "RelayState", "allow",
)  # fmt: skip
CLAIMS: Final = (
    "iss", "sub", "aud", "client_id", "jti", "iat", "exp", "nbf", "resource", "scope", "auth_time", "acr", "amr",
    "cnf", "sid", "azp", "nonce", "email", "act", "authorization_details", "family",
)  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([10**30, -(10**30), 2**40, 2**63])
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
    | st.sampled_from(["", "\0", "x" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
claim_changes = st.dictionaries(
    st.sampled_from(CLAIMS) | st.text(max_size=8), json_values | st.just(REMOVED), min_size=1, max_size=3
)
types = st.none() | st.text(max_size=20) | st.sampled_from(["JWT", "at+jwt", "oauth-id-jag+jwt", "logout+jwt"])
header_values = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=60
)
schemes = st.sampled_from(["", "Basic ", "Bearer ", "DPoP ", "bearer", "Basic Og==", "Basic OjpAOg=="])
authorizations = st.builds(lambda scheme, rest: scheme + rest, schemes, header_values)
content_types = st.just(FORM) | st.sampled_from(
    ["application/json", f"{FORM}; charset=rot13", "", "multipart/form-data"]
)
GIVEN: Final = {"assertion", "client_id", "secret", "proof", "client", "self"}
"""What the good message brings itself, or what the tests' own functions call their arguments."""
forms = st.dictionaries(
    st.sampled_from(PARAMETERS) | st.text(max_size=8), st.lists(st.text(max_size=20), max_size=2), max_size=5
)
bodies = (
    st.binary(max_size=200)
    | st.text("%=&+0aFf;[]\0", max_size=60).map(str.encode)
    | forms.map(lambda form: urlencode(form, doseq=True).encode())
)


queries = st.dictionaries(
    st.sampled_from(VISITS) | st.text(max_size=8),
    st.lists(
        st.text(max_size=20) | st.sampled_from(["0", "-1", "9" * 40, "none", "login", "\0", "//x"]), max_size=2
    ),
    max_size=5,
)
"""What a browser may bring to a page of the sign-in."""
extras = forms.map(lambda form: {name: values for name, values in form.items() if name not in GIVEN})


def tokens_near(good: str) -> st.SearchStrategy[str]:
    """Anything at all, three parts of anything, or ``good`` with a piece of it replaced."""
    part = st.text("eyJhbGciOi-_09=.", max_size=30)
    near = st.builds(
        lambda start, length, piece: good[:start] + piece + good[start + length :],
        st.integers(0, len(good)), st.integers(1, 40), st.text(max_size=6),
    )  # fmt: skip
    return st.text(max_size=40) | st.builds(lambda *parts: ".".join(parts), part, part, part) | near


def altered(claims: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (claims | change).items() if value is not REMOVED}


def sign_anything(claims: dict[str, Any], *, key: jose.SigningKey, typ: str | None) -> str:
    return jose.sign(claims, key=key, typ=typ)  # type: ignore[arg-type]
