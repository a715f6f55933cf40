"""All legs with a key (RFC 9449): what the IdP binds, Todo0's servers want to see again, and a thief has not."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.wire import Client, Wire, error_of, read_jwt, write_part

JWT_DPOP = "urn:ietf:params:oauth:grant-type:jwt-dpop"


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Holder:
    """Somebody with a key. Written out by hand, so that client and server cannot share one mistake."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        coordinates = {name: encode(getattr(point, name).to_bytes(32, "big")) for name in ("x", "y")}
        self.jwk = {"crv": "P-256", "kty": "EC", **coordinates}
        self.jkt = encode(hashlib.sha256(json.dumps(self.jwk, separators=(",", ":")).encode()).digest())

    def proof(self, method: str, url: str, token: str = "") -> dict[str, str]:
        """The DPoP header of one request."""
        claims = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        claims |= {"ath": encode(hashlib.sha256(token.encode()).digest())} if token else {}
        head = f"{write_part({'typ': 'dpop+jwt', 'alg': 'ES256', 'jwk': self.jwk})}.{write_part(claims)}"
        r, s = decode_dss_signature(self.key.sign(head.encode(), ec.ECDSA(hashes.SHA256())))
        return {"DPoP": f"{head}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"}


@contextmanager
def sending(wire: Wire, headers: dict[str, str]) -> Iterator[None]:
    """Every request in here has these headers."""
    wire.http.headers.update(headers)
    try:
        yield
    finally:
        for name in headers:
            del wire.http.headers[name]


@pytest.fixture(scope="module")
def holder() -> Holder:
    return Holder()


@pytest.fixture
def bound_id_jag(wire: Wire, agent0: Client, alice: dict[str, str], holder: Holder) -> str:
    with sending(wire, holder.proof("POST", wire.idp()["token_endpoint"])):
        return wire.id_jag(agent0, alice["id_token"])


def redeem(wire: Wire, client: Client, assertion: str, headers: dict[str, str], **other: str) -> requests.Response:
    form = {"grant_type": JWT_DPOP, "assertion": assertion, **client.credentials(), **other}
    return wire.post(wire.demo.facts["todo0"]["token_endpoint"], form, headers=headers)


def call(wire: Wire, token: str, *, scheme: str = "DPoP", **headers: str) -> requests.Response:
    return wire.call("GET", "/todos", headers={"Authorization": f"{scheme} {token}", **headers})


@pytest.mark.spec("PP-03", "PP-06", "PP-07", "PP-10", "PP-20")
def test_from_the_idp_to_the_api_only_the_holder_of_the_key_gets_on(
    wire: Wire, agent0_there: Client, holder: Holder, bound_id_jag: str
) -> None:
    thief, endpoint = Holder(), wire.demo.facts["todo0"]["token_endpoint"]
    assert read_jwt(bound_id_jag)[1]["cnf"] == {"jkt": holder.jkt}
    for headers in ({}, thief.proof("POST", endpoint)):
        assert error_of(redeem(wire, agent0_there, bound_id_jag, headers)) == (400, "invalid_grant")
    answer = redeem(wire, agent0_there, bound_id_jag, holder.proof("POST", endpoint))
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.text

    token, url = answer.json()["access_token"], f"{wire.demo.facts['todo0']['api_url']}/todos"
    assert read_jwt(token)[1]["cnf"] == {"jkt": holder.jkt}
    used = holder.proof("GET", url, token)
    assert call(wire, token, **used).status_code == 200
    refused: list[dict[str, Any]] = [
        {"scheme": "Bearer"},
        {"scheme": "Bearer", **holder.proof("GET", url, token)},
        thief.proof("GET", url, token),
    ]
    for how in refused:
        answer = call(wire, token, **how)
        assert error_of(answer) == (401, "invalid_token")
        assert answer.headers["WWW-Authenticate"].startswith("DPoP ")
    for headers in ({}, used, holder.proof("GET", url), holder.proof("POST", url, token)):
        assert error_of(call(wire, token, **headers)) == (401, "invalid_dpop_proof")


@pytest.mark.spec("PP-15")
def test_two_proofs_in_one_request_are_refused_by_the_real_servers(
    wire: Wire, agent0: Client, alice: dict[str, str], holder: Holder
) -> None:
    url = wire.idp()["token_endpoint"]
    two = ", ".join(holder.proof("POST", url)["DPoP"] for _ in range(2))
    with sending(wire, {"DPoP": two}):
        assert error_of(wire.exchange(agent0, alice["id_token"])) == (400, "invalid_dpop_proof")


@pytest.mark.spec("PP-01", "PP-04", "PP-11", "PP-19")
def test_agent0_works_the_same_with_a_key_of_its_own() -> None:
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(AGENT0_DPOP="1")) as keyed:
        check_agent0_acts(keyed)


def check_agent0_acts(demo: Demo) -> None:
    visitor = Wire(demo).visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    for words in ("Add a todo: Water the keys", "Show my todos"):
        card = ask(visitor, demo, words)
        assert card.badge == "done", card.text
