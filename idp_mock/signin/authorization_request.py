"""The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), checked parameter by parameter.

Two kinds of refusal, and the order between them is the point: until client and redirect URI are known to be
right, nothing may be sent anywhere (``NotAnswerable``: a page, RFC 9700 §4.1.3). After that every refusal is an
answer to the client (``AuthorizationError``: a redirect).

Deliberately does not: response types but ``code``, response modes but ``query``, request objects, the ``claims``
parameter, a consent screen. The enterprise decides for its people; that is what this demo is about.
"""

import logging
import re
from dataclasses import dataclass

from django.http import QueryDict

from idp_mock.directory.client_documents import read_document
from idp_mock.directory.models import App, Enterprise
from idp_mock.tokens.form import is_clean
from xaa import protocol
from xaa.client_metadata import ClientMetadataError

log = logging.getLogger("idp_mock.client_documents")

SCOPES = ("openid", "profile", "email", "offline_access")
PROMPTS = ("none", "login", "select_account", "consent")
UNSUPPORTED = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
MAX_PARAMETER = 512
_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class NotAnswerable(Exception):
    """Client or redirect URI is wrong, so there is nobody safe to answer: show a page, send nothing."""

    def __init__(self, what_happened: str) -> None:
        super().__init__(what_happened)
        self.what_happened = what_happened


class AuthorizationError(Exception):
    """A refusal that goes back to the client (RFC 6749 §4.1.2.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


@dataclass(frozen=True)
class AuthorizationRequest:
    """What the client asks for, once it is known to be well-formed and the client's to ask."""

    app: App
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    prompt: frozenset[str]
    max_age: int | None
    acr_values: tuple[str, ...]
    """The classes of sign-in that will do, in the client's order of preference."""
    id_token_hint: str


def resolve_client(enterprise: Enterprise, params: QueryDict) -> App:
    client_id = read_single(params, "client_id")
    app = App.objects.select_related("enterprise").filter(enterprise=enterprise, client_id=client_id).first()
    if app is None:
        raise NotAnswerable(f"No app is registered at {enterprise.name} under the client id in this request.")
    try:
        return read_document(app)
    except ClientMetadataError as error:
        log.warning("client metadata document refused at %s: %s", enterprise.slug, error)
        raise NotAnswerable(f"{app.name} does not say of itself what {enterprise.name} has to know.") from error


def check_redirect_uri(app: App, params: QueryDict) -> str:
    """Exact string match with a registered URI, and required: an open redirector leaks codes (RFC 9700 §4.1)."""
    redirect_uri = read_single(params, "redirect_uri")
    if redirect_uri not in app.redirect_uris:
        raise NotAnswerable(
            f"{app.name} asked for the answer to be sent to an address that is not registered for it."
        )
    return redirect_uri


def read_single(params: QueryDict, name: str) -> str:
    given = params.getlist(name)
    if len(given) != 1 or not given[0] or not is_clean(given[0]):
        raise NotAnswerable(f"The request must have the parameter '{name}' exactly once.")
    return given[0]


def parse_authorization_request(app: App, redirect_uri: str, params: QueryDict) -> AuthorizationRequest:
    """Everything but client and redirect URI; raises ``AuthorizationError``."""
    check_form(params)
    check_response_type(app, params)
    return AuthorizationRequest(
        app=app,
        redirect_uri=redirect_uri,
        scope=resolve_scope(app, params.get("scope", "")),
        nonce=params.get("nonce", ""),
        code_challenge=check_code_challenge(app, params),
        prompt=check_prompt(params),
        max_age=check_max_age(params.get("max_age", "")),
        acr_values=read_acr_values(params),
        id_token_hint=params.get("id_token_hint", ""),
    )


def check_form(params: QueryDict) -> None:
    """Nothing twice (RFC 6749 §3.1), nothing but text, nothing endless, nothing we would have to ignore."""
    for name, error in UNSUPPORTED.items():
        if params.get(name):
            raise AuthorizationError(error, f"The parameter '{name}' is not supported.")
    for name, values in params.lists():
        if len(values) > 1 and name != "resource":
            raise AuthorizationError("invalid_request", "A parameter must not be sent more than once.")
        if not all(is_clean(text) for text in (name, *values)):
            raise AuthorizationError("invalid_request", "Parameters must be UTF-8 without control characters.")
    for name in ("nonce", "acr_values"):
        if len(params.get(name, "")) > MAX_PARAMETER:
            raise AuthorizationError("invalid_request", f"'{name}' is limited to {MAX_PARAMETER} characters.")


def check_response_type(app: App, params: QueryDict) -> None:
    """``code`` in the query, nothing else: tokens do not travel in URLs (RFC 9700 §2.1.2)."""
    response_type = params.get("response_type", "")
    if not response_type:
        raise AuthorizationError("invalid_request", "The parameter 'response_type' is missing.")
    if response_type != "code":
        raise AuthorizationError("unsupported_response_type", "Only response_type=code is supported.")
    if params.get("response_mode", "query") not in ("", "query"):
        raise AuthorizationError("invalid_request", "Only response_mode=query is supported.")
    if not app.may_use(protocol.GRANT_AUTHORIZATION_CODE):
        raise AuthorizationError("unauthorized_client", "This client is not registered for the code flow.")


def resolve_scope(app: App, requested: str) -> str:
    """The scopes we know of those requested; unknown ones are ignored (OpenID Connect Core §3.1.2.1).

    ``offline_access`` is granted without a consent prompt (§11 asks for one unless other conditions hold): here
    the enterprise has registered the app for refresh tokens.
    """
    words = requested.split()
    if "openid" not in words:
        raise AuthorizationError("invalid_scope", "The scope must contain 'openid'.")
    granted = [scope for scope in SCOPES if scope in words]
    if "offline_access" in granted and not app.may_use(protocol.GRANT_REFRESH_TOKEN):
        granted.remove("offline_access")
    return " ".join(granted)


def check_code_challenge(app: App, params: QueryDict) -> str:
    """PKCE with S256, required of every client: it ties the code to the browser that began (RFC 9700 §2.1.1)."""
    challenge, method = params.get("code_challenge", ""), params.get("code_challenge_method", "")
    if not challenge and not method and app.may_skip_pkce:
        return ""
    if method != "S256":
        raise AuthorizationError("invalid_request", "PKCE is required with code_challenge_method=S256.")
    if not _S256_CHALLENGE.fullmatch(challenge):
        raise AuthorizationError("invalid_request", "'code_challenge' must be 43 characters of base64url.")
    return challenge


def check_prompt(params: QueryDict) -> frozenset[str]:
    prompts = frozenset(params.get("prompt", "").split())
    if not prompts <= set(PROMPTS):
        raise AuthorizationError("invalid_request", f"'prompt' must be of {', '.join(PROMPTS)}.")
    if "none" in prompts and len(prompts) > 1:
        raise AuthorizationError("invalid_request", "'prompt=none' cannot be combined with another value.")
    return prompts


def check_max_age(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) < 10):
        raise AuthorizationError("invalid_request", "'max_age' must be a whole number of seconds.")
    return int(value)


def read_acr_values(params: QueryDict) -> tuple[str, ...]:
    """Unknown ones are kept: a client that names only those hears that they cannot be met."""
    return tuple(params.get("acr_values", "").split())
