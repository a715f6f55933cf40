"""Every bad answer of the corpus, from a far side on loopback: ``xaa.client`` says what is wrong and uses none.

Each is one change away from a good answer, which passes before and after it.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests import builders
from tests.corpus.vectors import Vector, fill, load_vectors
from tests.xaa.far_side import far_side, send
from xaa import jose, protocol
from xaa.authorization_details import Details
from xaa.client import (
    AccessToken,
    SubjectToken,
    TokenEndpoint,
    discover_token_endpoint,
    redeem_id_jag,
    request_id_jag,
)
from xaa.errors import XaaError
from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory

API = "https://todo.example/api"
SCOPE = ("todos.read", "todos.write")
VECTORS = load_vectors("client")
GOOD = Vector("good", {}, [], [])
LEG_AT = {"/token": "token exchange", "/redeem": "redemption"}  # the rest of the far side is metadata


class Far:
    """An IdP and a resource authorization server in one, which answer well but for the change of ``vector``."""

    url: str

    def __init__(self) -> None:
        self.vector = GOOD
        self.http = OutgoingHttp(allow_private=True)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        leg = LEG_AT.get(handler.path, "metadata")
        change = fill(self.vector.change, self.values) if self.vector.leg == leg else {}
        body = {**self.good(leg, change), **change.get("set_member", {})}
        body.pop(change.get("remove_member", ""), None)
        raw = change["body"].encode(errors="surrogateescape") if "body" in change else json.dumps(body).encode()
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {"Content-Type": "application/json", **change.get("headers", {})}
        send(handler, raw, status=change.get("status", 200), **headers)

    @property
    def details(self) -> Details:
        """What a client asks for that knows details."""
        asked = {"type": "https://todo.example/authorization/todos", "locations": [API], "actions": ["read"]}
        return (asked,) if self.vector.good == "with-details" else ()

    @property
    def values(self) -> dict[str, str]:
        return {"api": API, "issuer": self.url, "ISSUER": self.url.upper()}

    def good(self, leg: str, change: dict[str, Any]) -> dict[str, Any]:
        if leg == "metadata":
            return {"issuer": self.url, "token_endpoint": f"{self.url}/token"}
        details = {"authorization_details": list(self.details)} if self.details else {}
        common = {"expires_in": 300, "scope": " ".join(SCOPE), "resource": API, **details}
        if leg == "redemption":
            return {**common, "token_type": "Bearer", "access_token": "the-access-token"}
        claims = {"resource": API, **details, **change.get("set_claim", {})}
        claims.pop(change.get("remove_claim", ""), None)
        id_jag = jose.sign(claims, key=builders.IDP_KEY, typ=protocol.TYP_ID_JAG)
        issued = {"issued_token_type": protocol.TOKEN_TYPE_ID_JAG, "token_type": "N_A", "access_token": id_jag}
        return {**common, **issued}

    def walk(self, vector: Vector) -> AccessToken:
        """From the IdP's metadata to an access token, as an app goes."""
        self.vector = vector
        credentials = {"client_id": "agent0", "client_secret": "a secret"}
        idp = discover_token_endpoint(IssuerDirectory(self.http), self.url, **credentials)
        resource_as = TokenEndpoint("https://todo.example", f"{self.url}/redeem", **credentials)
        subject = SubjectToken.from_id_token("the-id-token")
        wanted: dict[str, Any] = {"resource": API, "scope": SCOPE, "details": self.details}
        id_jag = request_id_jag(self.http, idp, subject=subject, audience=resource_as.issuer, **wanted)
        return redeem_id_jag(self.http, resource_as, id_jag=id_jag)


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    far = Far()
    with far_side(far.answer) as far.url:
        yield far


def in_rows(vector: Vector) -> Any:
    return pytest.param(vector, id=vector.id, marks=pytest.mark.spec(*vector.rows))


@pytest.mark.parametrize("vector", [in_rows(vector) for vector in VECTORS])
def test_the_client_takes_no_bad_answer(far: Far, vector: Vector) -> None:
    with pytest.raises(XaaError) as caught:
        far.walk(vector)
    error, field = caught.value, vector.answer[1]
    assert type(error).__name__ == vector.answer[0], error
    assert getattr(error, "leg", "metadata") == vector.leg
    assert field in ("", getattr(error, "field", ""), getattr(error, "error", "")), error
    assert "a secret" not in str(error)
    assert far.walk(replace(GOOD, good=vector.good)).value == "the-access-token"
