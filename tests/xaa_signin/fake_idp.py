"""The far side of the wire: an IdP of our own making behind a real socket, good unless a test makes it bad.

It holds the client to the protocol (redirect URI, PKCE verifier, client authentication, one use of a code), so a
sign-in that succeeds here has sent what it must. A test sets one attribute to make one thing wrong.
"""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt

from xaa import jose

OMIT = object()
REDIRECT_URI = "http://testserver/signin/callback"


@cache
def key_of(name: str, alg: str = "ES256") -> jose.SigningKey:
    """The same key for the same name in the whole run: making an RSA key takes a while."""
    return jose.generate_signing_key(alg)


@dataclass
class FakeIdp:
    """One enterprise's IdP. ``claims`` and ``metadata`` go over the good ones; ``OMIT`` takes a member away."""

    origin: str
    name: str
    client_id: str
    client_secret: str
    client_authentication: str = "client_secret_basic"
    key: jose.SigningKey = field(default_factory=lambda: key_of("acme"))
    typ: str = "JWT"
    subject: str = "00u1alice"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    jwks: dict[str, Any] | None = None
    userinfo: dict[str, Any] = field(default_factory=dict)
    token_answer: tuple[int, Any] | None = None
    tokens: dict[str, Any] = field(default_factory=dict)
    without_kid: bool = False
    down: bool = False
    delay: float = 0.0
    meanwhile: Callable[[], None] | None = None
    calls: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"{self.origin}/{self.name}"

    def authorize(self, location: str, **changes: Any) -> dict[str, str]:
        """What the IdP sends back to the browser that came with ``location``; ``changes`` as for ``claims``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.issuer}/authorize?")
        assert asked["client_id"] == self.client_id
        assert asked["redirect_uri"] == REDIRECT_URI
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return merge({"code": code, "state": asked["state"], "iss": self.issuer}, changes)

    def answer(self, path: str, headers: Any, body: str) -> tuple[int, Any]:
        self.calls.append(path)
        time.sleep(self.delay)
        if self.meanwhile:
            self.meanwhile()
        if self.down:
            return 503, {"error": "temporarily_unavailable"}
        routes = {
            "/.well-known/openid-configuration": lambda: (200, self.good_metadata()),
            "/jwks": lambda: (200, self.jwks or {"keys": [jose.public_jwk(self.key)]}),
            "/token": lambda: self._redeem(headers, {name: v[0] for name, v in parse_qs(body).items()}),
            "/userinfo": lambda: self._userinfo(headers),
        }
        return routes[path]() if path in routes else (404, {})

    def good_metadata(self) -> dict[str, Any]:
        good = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/logout",
            "authorization_response_iss_parameter_supported": True,
        }
        return merge(good, self.metadata)

    def _redeem(self, headers: Any, form: dict[str, str]) -> tuple[int, Any]:
        if self.token_answer is not None:
            return self.token_answer
        if self._client_of(headers, form) != (self.client_id, self.client_secret):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"] or not _matches(verifier, asked):
            return 400, {"error": "invalid_grant", "error_description": "The code is not good (any more)."}
        tokens = {"access_token": "at-" + self.subject, "token_type": "bearer", "expires_in": 300}
        if "offline_access" in asked["scope"].split():
            tokens["refresh_token"] = "rt-" + self.subject
        tokens["id_token"] = self._sign_id_token(asked)
        return 200, merge(tokens, self.tokens)

    def _client_of(self, headers: Any, form: dict[str, str]) -> tuple[str, str]:
        if self.client_authentication == "private_key_jwt":
            assert "Authorization" not in headers, "two methods of authentication (RFC 6749 §2.3)"
            assert "client_secret" not in form, "two methods of authentication (RFC 6749 §2.3)"
            return form.get("client_id", ""), self._check_assertion(form.get("client_assertion", ""))
        if self.client_authentication == "client_secret_post":
            assert "Authorization" not in headers, "two methods of authentication (RFC 6749 §2.3)"
            return form.get("client_id", ""), form.get("client_secret", "")
        assert "client_secret" not in form, "two methods of authentication (RFC 6749 §2.3)"
        raw = base64.b64decode(headers.get("Authorization", "").removeprefix("Basic ")).decode()
        name, _, secret = raw.partition(":")
        return unquote_plus(name), unquote_plus(secret)

    def _check_assertion(self, assertion: str) -> str:
        """The secret, as if it had been sent, for the client's own assertion made out to us (RFC 7523 §3)."""
        key = jwt.PyJWK(jose.public_jwk(key_of("client")))
        try:
            claims = jwt.decode(assertion, key, algorithms=["ES256"], audience=self.issuer)
        except jwt.InvalidTokenError:
            return ""
        return self.client_secret if claims["iss"] == claims["sub"] == self.client_id else ""

    def _sign_id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 600,
            "auth_time": now - 5,
            "nonce": asked["nonce"],
            "sid": "session-1",
            "email": f"{self.subject}@acme.example",
            "email_verified": True,
            "given_name": "Alice",
            "family_name": "Anders",
        }
        claims = merge(good, self.claims)
        if self.without_kid:
            return jwt.encode(claims, self.key.private_key, algorithm=self.key.alg)
        return jose.sign(claims, key=self.key, typ=self.typ)

    def _userinfo(self, headers: Any) -> tuple[int, Any]:
        if headers.get("Authorization") != f"Bearer at-{self.subject}":
            return 401, {"error": "invalid_token"}
        return 200, merge({"sub": self.subject, "given_name": "Alicia"}, self.userinfo)


class IdpServer(ThreadingHTTPServer):
    """One socket for all the enterprises of a run; ``idps`` is by the first part of the path."""

    daemon_threads = True
    request_queue_size = 64  # so many may knock at once

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.idps: dict[str, FakeIdp] = {}
        self.origin = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_args: object) -> None:
        """A client that gave up on a slow or endless answer is what a test wanted; a real fault fails the test."""


class _Handler(BaseHTTPRequestHandler):
    server: IdpServer

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, body: str) -> None:
        name, _, path = self.path.lstrip("/").partition("/")
        idp = self.server.idps.get(name)
        status, document = idp.answer(f"/{path}", self.headers, body) if idp else (404, {})
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_args: object) -> None:
        """The suite's output is for failures."""


def merge(good: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**good, **changes}.items() if value is not OMIT}


def callback_url(answer: dict[str, Any]) -> str:
    return f"/signin/callback?{urlencode(answer, doseq=True)}"


def _matches(verifier: str, asked: dict[str, str]) -> bool:
    assert asked["code_challenge_method"] == "S256"
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
