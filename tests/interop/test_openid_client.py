"""openid-client, a certified client for Node, does what Agent0 does: sign-in, exchange, redemption, API call.

It discovers both servers from their metadata, and validates the ID Token, by its own rules.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import ALICE
from tests.flow.wire import ID_JAG, Client, Wire
from tests.interop.peers import Peer, Peers

SCOPE = "todos.read todos.write"


@pytest.fixture(scope="module")
def signed_in(peers: Peers, wire: Wire, agent0: Client, agent0_there: Client) -> Iterator[Peer]:
    """It makes the authorization request; Alice's browser brings the answer back to it."""
    todo0, redirect_uri = wire.demo.facts["todo0"], wire.redirect_uri(agent0)
    facts = {
        "idp": {"issuer": wire.idp()["issuer"], **agent0.credentials()},
        "as": {"issuer": todo0["issuer"], **agent0_there.credentials()},
        "resource": todo0["resource"],
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
    }
    with peers.running("openid_client.mjs", facts) as peer:
        browser = wire.visitor()
        page = browser.open(peer.hear()["authorize"])
        page = browser.sign_in_at_idp(page, ALICE, stop_at=redirect_uri)
        claims = peer.ask({"callback": page.url})["claims"]
        assert (claims["iss"], claims["email"]) == (wire.idp()["issuer"], ALICE.email)
        yield peer


def exchange(peer: Peer, **changed: str) -> dict[str, Any]:
    return dict(peer.ask({"exchange": {"scope": SCOPE, **changed}}))


def test_its_id_token_becomes_an_id_jag_an_access_token_and_a_list_of_todos(wire: Wire, signed_in: Peer) -> None:
    first = exchange(signed_in)["answer"]
    assert (first["issued_token_type"], first["token_type"].lower()) == (ID_JAG, "n_a")
    second = signed_in.ask({"redeem": {"assertion": first["access_token"]}})["answer"]
    assert (second["token_type"], second["scope"]) == ("bearer", SCOPE)
    url, access_token = f"{wire.demo.facts['todo0']['api_url']}/todos", second["access_token"]
    answer = signed_in.ask({"call": {"url": url, "access_token": access_token}})
    assert answer == {"status": 200, "body": wire.call("GET", "/todos", access_token).json()}


def test_it_understands_the_idps_refusal(signed_in: Peer) -> None:
    refused = exchange(signed_in, audience="https://unknown.example")["refused"]
    assert refused == {"error": "invalid_target", "status": 400}


def test_it_understands_that_an_id_jag_is_redeemed_once(signed_in: Peer) -> None:
    assertion = exchange(signed_in)["answer"]["access_token"]
    assert "answer" in signed_in.ask({"redeem": {"assertion": assertion}})
    refused = signed_in.ask({"redeem": {"assertion": assertion}})["refused"]
    assert refused == {"error": "invalid_grant", "status": 400}
