"""The four legs as a client speaks them: sign in with a code, exchange, redeem, call the API.

Written out with ``requests`` alone. Nothing of ``xaa`` is used: these tests are the other side of that wire.
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from stage.autopilot.browser import TIMEOUT
from tests.cast import Person
from tests.flow.demo import Demo
from tests.flow.visitor import Notes, Visitor, new_session

TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ID_JAG = "urn:ietf:params:oauth:token-type:id-jag"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token"
SCOPE = "openid email profile offline_access"
LONG_ENOUGH_TO_BE_SECRET = 16

Parameters = Mapping[str, str | list[str] | None]


@dataclass(frozen=True)
class Client:
    """An app's registration at one place: ``place`` is "acme", "globex" or "todo0"."""

    owner: str
    place: str
    client_id: str
    client_secret: str = field(repr=False)

    def credentials(self) -> dict[str, str]:
        return {"client_id": self.client_id, "client_secret": self.client_secret}


@dataclass(frozen=True)
class Code:
    """What came back through the browser, and what the client kept to redeem it."""

    answer: dict[str, str]
    redirect_uri: str
    verifier: str = field(repr=False)
    nonce: str


class Wire:
    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.notes = Notes()
        self.http = new_session(self.notes)
        self.clients = {
            (one["owner"], one["place"]): Client(
                one["owner"], one["place"], one["client_id"], one["client_secret"]
            )
            for one in demo.facts["clients"]
        }
        self.notes.secrets |= {client.client_secret for client in self.clients.values() if client.client_secret}

    def idp(self, place: str = "acme") -> dict[str, str]:
        """The endpoints of one enterprise."""
        return self.demo.facts["idp"]["enterprises"][place]

    def visitor(self) -> Visitor:
        return Visitor(self.notes)

    # Leg 1

    def fetch_code(self, client: Client, person: Person, *, visitor: Visitor | None = None, **other: str) -> Code:
        """The client's authorization request, the person's sign-in, and the redirect back, which is caught."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        redirect_uri = self.redirect_uri(client)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": secrets.token_urlsafe(16),
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | other
        visitor = visitor or self.visitor()
        page = visitor.open(
            f"{self.idp(client.place)['authorization_endpoint']}?{urlencode(asked)}", stop_at=redirect_uri
        )
        if not page.url.startswith(redirect_uri):
            page = visitor.sign_in_at_idp(page, person, stop_at=redirect_uri)
        if any("push" in form.fields for form in page.forms):
            page = visitor.approve_at_idp(page, stop_at=redirect_uri)
        assert page.url.startswith(redirect_uri), f"no way back to the client: {page.status} {page.text[:300]}"
        answer = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
        self.remember(answer.get("code", ""), verifier)
        return Code(answer | {"sent_state": asked["state"]}, redirect_uri, verifier, nonce)

    def redirect_uri(self, client: Client) -> str:
        party = self.demo.facts.get(client.owner, {})
        return party.get("redirect_uri", "http://localhost:9666/callback")  # Evil0 is registered, and runs nowhere

    def redeem_code(self, client: Client, code: Code, **other: str | None) -> requests.Response:
        return self.post(
            self.idp(client.place)["token_endpoint"],
            {
                "grant_type": "authorization_code",
                "code": code.answer["code"],
                "redirect_uri": code.redirect_uri,
                "code_verifier": code.verifier,
                **client.credentials(),
                **other,
            },
        )

    def sign_in(self, client: Client, person: Person, **other: Any) -> dict[str, Any]:
        """The tokens of a sign-in: ``id_token``, ``access_token``, ``refresh_token``."""
        answer = self.redeem_code(client, self.fetch_code(client, person, **other))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    # Leg 2

    def exchange(self, client: Client, subject_token: str, **other: str | list[str] | None) -> requests.Response:
        form = self.exchange_form(client, subject_token)
        return self.post(self.idp(client.place)["token_endpoint"], {**form, **other})

    def exchange_form(self, client: Client, subject_token: str) -> dict[str, str]:
        todo0 = self.demo.facts["todo0"]
        return {
            "grant_type": TOKEN_EXCHANGE,
            "requested_token_type": ID_JAG,
            "audience": todo0["issuer"],
            "resource": todo0["resource"],
            "scope": "todos.read todos.write",
            "subject_token": subject_token,
            "subject_token_type": ID_TOKEN,
            **client.credentials(),
        }

    def id_jag(self, client: Client, subject_token: str, **other: str | None) -> str:
        answer = self.exchange(client, subject_token, **other)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    # Leg 3

    def redeem(self, client: Client, assertion: str, **other: str | list[str] | None) -> requests.Response:
        form = {"grant_type": JWT_BEARER, "assertion": assertion, **client.credentials(), **other}
        return self.post(self.demo.facts["todo0"]["token_endpoint"], form)

    # Leg 4

    def call(self, method: str, path: str, token: str = "", **of_request: Any) -> requests.Response:
        headers = of_request.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        url = f"{self.demo.facts['todo0']['api_url']}{path}"
        return self.http.request(method, url, headers=headers, timeout=TIMEOUT, **of_request)

    def post(self, url: str, form: Parameters, **of_request: Any) -> requests.Response:
        """A token request. ``None`` leaves a parameter out, a list sends it several times."""
        pairs = {name: value for name, value in form.items() if value is not None}
        answer = self.http.post(url, data=pairs, timeout=TIMEOUT, allow_redirects=False, **of_request)
        with_tokens = answer.json() if answer.headers.get("Content-Type") == "application/json" else {}
        if isinstance(with_tokens, dict):
            self.remember(
                *(str(with_tokens.get(name, "")) for name in ("access_token", "id_token", "refresh_token"))
            )
        return answer

    def get(self, url: str, **of_request: Any) -> requests.Response:
        return self.http.get(url, timeout=TIMEOUT, allow_redirects=False, **of_request)

    def remember(self, *values: str) -> None:
        """What no log line may hold."""
        self.notes.secrets |= {value for value in values if len(value) >= LONG_ENOUGH_TO_BE_SECRET}


def read_jwt(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, unverified: what a curious client sees."""
    header, claims, _ = token.split(".")
    return _read_part(header), _read_part(claims)


def _read_part(part: str) -> dict[str, Any]:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def write_part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def read_challenge(answer: requests.Response) -> dict[str, str]:
    """The parameters of ``WWW-Authenticate: Bearer ...`` (RFC 6750 §3)."""
    scheme, _, parameters = answer.headers["WWW-Authenticate"].partition(" ")
    assert scheme == "Bearer"
    return dict(re.findall(r'(\w+)="([^"]*)"', parameters))


def error_of(answer: requests.Response) -> tuple[int, str]:
    """Status and OAuth error code; what a refusal must be, in one comparison."""
    return answer.status_code, str(answer.json().get("error"))
