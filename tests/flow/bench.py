"""Builds the messages of the corpus and sends them: the good one, or the good one with one thing changed.

One bench for each server: ``ExchangeBench`` at the IdP's token endpoint, ``RedemptionBench`` at Todo0's,
``ApiBench`` at its API and ``McpBench`` at its MCP server. Each knows its good message by the names that the
corpus uses.

Deliberately does not: judge an answer; ``test_corpus`` does.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import requests

from tests.corpus.vectors import Vector, fill, load_vectors
from tests.flow.genuine import Genuine
from tests.flow.lab import (
    STORE_ACCESS_TOKENS,
    LabKey,
    ask_operator,
    build_client_assertion,
    build_proof,
    export_key,
    forge,
    make_key,
)
from tests.flow.wire import ID_JAG, ID_TOKEN, JWT_BEARER, REFRESH_TOKEN, TOKEN_EXCHANGE, Client, Wire, read_jwt

FORM = "application/x-www-form-urlencoded"
GOOD = Vector("good", {}, [], [200, ""])
STEPPED_UP = "stepped-up"
STRONG = {"acr": "urn:xaa-demo:acr:mfa", "amr": ["pwd", "mfa"]}
PAY0 = {"audience": "https://pay0.example", "resource": "https://pay0.example/api", "scope": "pay"}
DETAILS_TYPE = "https://todo0.example/authorization/todos"
Change = dict[str, Any]


class Bench:
    """What the three have in common: the values of the corpus' placeholders, proofs, and sending."""

    url: str
    method = "POST"
    resource = "api"

    def __init__(self, wire: Wire, key: LabKey, genuine: Genuine, client: Client, evil0: Client) -> None:
        self.wire, self.key, self.genuine, self.client, self.evil0 = wire, key, genuine, client, evil0
        self.proof_key, self.other_key = make_key(), make_key()
        todo0, acme = wire.demo.facts["todo0"], wire.idp()
        pair = f"{client.client_id}:{client.client_secret}".encode()
        self.values = {
            "issuer": acme["issuer"],
            "globex": wire.idp("globex")["issuer"],
            "idp": wire.demo.url("idp"),
            "as": todo0["issuer"],
            "as_token_endpoint": todo0["token_endpoint"],
            "api": todo0["resource"],
            "mcp": todo0["mcp"]["resource"],
            "client_id": client.client_id,
            "evil0_secret": evil0.client_secret,
            "basic": f"Basic {base64.b64encode(pair).decode()}",
            "jkt": self.proof_key.thumbprint,
            "agent0_document": f"{wire.demo.url('agent0')}/client-metadata.json",
            "jwt_bearer": JWT_BEARER,
            "jwt_dpop": JWT_BEARER.replace("jwt-bearer", "jwt-dpop"),
        }
        self.values |= {name.upper(): self.values[name].upper() for name in ("issuer", "as", "api", "mcp")}
        self.used = ""

    def send(self, vector: Vector, **known: Any) -> requests.Response:
        """The good message that ``vector`` names, with its one change."""
        raise NotImplementedError

    def filled(self, vector: Vector) -> Change:
        return dict(fill(vector.change, self.values))

    def proof_headers(self, change: Change, *, url: str, token: str, access_token: str = "") -> dict[str, str]:
        """The DPoP header of a message that comes with a proof, but for the vector's change."""

        def build(key: LabKey = self.proof_key, signer: LabKey | None = None) -> str:
            method = self.method
            return build_proof(change, key=key, signer=signer, method=method, url=url, access_token=access_token)

        if change.get("proof") == "used":
            self.used = self.used or build()
        kinds: dict[str, Callable[[], str]] = {
            "none": str,
            "two": lambda: f"{build()},{build()}",
            "other-key": lambda: build(self.other_key),
            "forged": lambda: build(signer=self.other_key),
            "the-token": lambda: token,
            "x": lambda: "x",
            "used": lambda: self.used,
        }
        proof = kinds.get(change.get("proof", ""), build)()
        return {"DPoP": proof} if proof else {}

    def post_form(self, change: Change, form: dict[str, Any], headers: dict[str, str]) -> requests.Response:
        form = {**form, **change.get("set_form", {})}
        form.pop(change.get("remove_form", ""), None)
        if name := change.get("repeat_form"):
            form[name] = [form[name]] * 2
        query = urlencode(change.get("set_query", {}))
        return self.wire.http.request(
            change.get("method", self.method),
            f"{self.url}?{query}" if query else self.url,
            data=change.get("body", urlencode(form, doseq=True)).encode(),
            headers={
                "Content-Type": change.get("content_type", FORM),
                **headers,
                **change.get("set_http", {}),
            },
            timeout=30,
        )

    def details(self, vector: Vector) -> dict[str, Any]:
        """The claim of a token that has details: to read, at the one resource that it is for."""
        here = {"type": DETAILS_TYPE, "locations": [self.values[self.resource]], "actions": ["read"]}
        return {"authorization_details": [here]} if vector.good == "with-details" else {}

    def credentials(self, change: Change) -> dict[str, str]:
        others = {
            "evil0": self.evil0,
            "todo0": self.wire.clients["todo0", "acme"],
            "agent0-at-the-idp": self.wire.clients["agent0", "acme"],
            "agent0-at-the-as": self.wire.clients["agent0", "todo0"],
        }
        return others.get(change.get("client", ""), self.client).credentials()


class ExchangeBench(Bench):
    def __init__(self, *of_bench: Any) -> None:
        super().__init__(*of_bench)
        self.url = self.wire.idp()["token_endpoint"]
        self.claims = read_jwt(self.genuine.alice["id_token"])[1]

    def send(self, vector: Vector, **known: Any) -> requests.Response:
        change = self.filled(vector)
        now, is_refresh = int(time.time()), vector.good == "refresh-token"
        claims = self.claims | {"iat": now, "exp": now + 300}
        target = {"audience": self.values["as"], "resource": self.values["api"], "scope": "todos.read todos.write"}
        if vector.good == STEPPED_UP:
            claims, target = claims | STRONG, PAY0
        token = self.genuine["alice-refresh-token"] if is_refresh else ""
        token = token or forge(change, header={"typ": "JWT"}, claims=claims, key=self.key)
        token = self.genuine[change["token_of"]] if "token_of" in change else change.get("token", token)
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "requested_token_type": ID_JAG,
            **target,
            "subject_token": token,
            "subject_token_type": REFRESH_TOKEN if is_refresh else ID_TOKEN,
        }
        form |= {name: json.dumps(value) for name, value in self.details(vector).items()}
        with_proof = vector.good == "with-proof"
        headers = self.proof_headers(change, url=self.url, token=token) if with_proof else {}
        return self.post_form(change, form | self.credentials(change), headers)


class RedemptionBench(Bench):
    def __init__(self, *of_bench: Any) -> None:
        super().__init__(*of_bench)
        self.url = self.values["as_token_endpoint"]
        self.claims = read_jwt(self.genuine["id-jag"])[1]
        self.client_key = export_key(self.wire.demo, "agent0")

    def send(self, vector: Vector, *, jti: str = "", **known: Any) -> requests.Response:
        change = self.filled(vector)
        now, is_bound = int(time.time()), vector.good == "bound"
        claims = self.claims | {"iat": now, "exp": now + 300, "jti": jti or secrets.token_urlsafe(16)}
        claims |= {"cnf": {"jkt": self.values["jkt"]}} if is_bound else {}
        claims |= {"client_id": self.values["agent0_document"]} if vector.good == "document" else {}
        claims |= self.details(vector)
        token = forge(change, header={"typ": "oauth-id-jag+jwt"}, claims=claims, key=self.key)
        token = self.genuine[change["token_of"]] if "token_of" in change else change.get("token", token)
        credentials = self.sign_in_by_document(change) if vector.good == "document" else self.credentials(change)
        form = {"grant_type": JWT_BEARER, "assertion": token, **credentials}
        headers = self.proof_headers(change, url=self.url, token=token) if is_bound else {}
        return self.post_form(change, form, headers)

    def sign_in_by_document(self, change: Change) -> dict[str, str]:
        """As Agent0 under the URL of its own metadata document, with its key (RFC 7523 §2.2)."""
        url = self.values["agent0_document"]
        signed = build_client_assertion(
            change.get("assertion", {}), client_id=url, audience=self.values["as"], key=self.client_key
        )
        return {"client_id": url, **signed}


class ApiBench(Bench):
    """Its tokens are made beforehand, since each must be stored as if Todo0 had issued it."""

    method = "GET"
    family, resource, path = "api", "api", "/todos"

    def __init__(self, *of_bench: Any) -> None:
        super().__init__(*of_bench)
        self.url = f"{self.values[self.resource]}{self.path}"
        self.tokens: dict[str, str] = {}
        claims = read_jwt(self.genuine["todo0-access-token"])[1] | {"aud": self.values[self.resource]}
        now, rows = int(time.time()), []
        names = ("plain", "bound", "read-only", STEPPED_UP, "with-details")
        goods = [Vector(name, {}, [], [200, ""], good=name) for name in names]
        for vector in [*goods, *load_vectors(self.family)]:
            own = claims | {"iat": now, "exp": now + 300, "jti": vector.id}
            own |= {"cnf": {"jkt": self.values["jkt"]}} if vector.good == "bound" else {}
            own |= {"scope": "todos.read"} if vector.good == "read-only" else {}
            own |= STRONG | {"auth_time": now} if vector.good == STEPPED_UP else {}
            own |= self.details(vector)
            change = fill(
                vector.change, self.values | {"token": ""}
            )  # whose place is in the request, not in itself
            token = forge(change, header={"typ": "at+jwt"}, claims=own, key=self.key)
            self.tokens[vector.id] = token
            if vector.change.get("stored", True):
                rows.append((token, (own | change.get("set_claim", {}))["scope"]))
        ask_operator(self.wire.demo, "todo0", STORE_ACCESS_TOKENS, given=rows)

    def send(self, vector: Vector, **known: Any) -> requests.Response:
        token = self.tokens[vector.good if vector.id == "good" else vector.id]
        change = fill(vector.change, self.values | {"token": token})
        token = self.genuine[change["token_of"]] if "token_of" in change else change.get("token", token)
        is_bound = vector.good == "bound"
        headers = {"Authorization": f"{'DPoP' if is_bound else 'Bearer'} {token}"}
        if is_bound:
            headers |= self.proof_headers(change, url=self.url, token=token, access_token=token)
        headers |= {"Accept": "application/json, text/event-stream"} | change.get("set_http", {})
        headers.pop(change.get("remove_http", ""), None)
        query = change.get("set_query", {})
        return self.wire.http.request(
            change.get("method", self.method),
            self.url,
            params=query,
            headers=headers,
            timeout=30,
            json=self.message(change),
        )

    def message(self, change: Change) -> dict[str, Any] | None:
        """The request's JSON, where the resource wants some."""
        return None


class McpBench(ApiBench):
    """The same with tokens for the MCP server, whose good message calls ``list_todos``."""

    method = "POST"
    family, resource, path = "mcp", "mcp", ""

    def message(self, change: Change) -> dict[str, Any]:
        tool = {"name": change.get("tool", "list_todos"), "arguments": {}}
        return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool}


def make_benches(wire: Wire, alice: dict[str, str]) -> dict[str, Bench]:
    """One a server, with the keys of those who sign for them."""
    demo, genuine, clients = wire.demo, Genuine(wire, alice), wire.clients
    idp_key, todo0_key = export_key(demo, "idp_mock"), export_key(demo, "todo0")
    at_idp = (clients["agent0", "acme"], clients["evil0", "acme"])
    at_todo0 = (clients["agent0", "todo0"], clients["evil0", "todo0"])
    return {
        "exchange": ExchangeBench(wire, idp_key, genuine, *at_idp),
        "redemption": RedemptionBench(wire, idp_key, genuine, *at_todo0),
        "api": ApiBench(wire, todo0_key, genuine, *at_todo0),
        "mcp": McpBench(wire, todo0_key, genuine, *at_todo0),
    }
