"""Details along the whole flow (RFC 9396): asked for at the IdP, carried in both tokens, enforced at the API."""

import json
from typing import Any

import pytest

from tests.flow.demo import Demo
from tests.flow.wire import Client, Wire, error_of, read_jwt

TYPE = "https://todo0.example/authorization/todos"


def details(demo: Demo, *actions: str, **more: Any) -> list[dict[str, Any]]:
    return [{"type": TYPE, "locations": [demo.facts["todo0"]["resource"]], "actions": list(actions), **more}]


@pytest.mark.spec("JAG-14", "TR-08", "RA-02", "RA-05", "RA-06", "RA-09", "RA-10", "RD-29", "AT-02", "RS-09")
def test_a_token_for_one_todo_completes_that_one_and_no_other(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    full = wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"])).json()["access_token"]
    mine, other = (wire.call("POST", "/todos", full, json={"title": title}).json() for title in ("One", "Two"))
    asked = details(demo, "complete", identifier=str(mine["id"])) + details(demo, "read")
    exchanged = wire.exchange(agent0, alice["id_token"], authorization_details=json.dumps(asked)).json()
    assert exchanged["authorization_details"] == asked
    assert read_jwt(exchanged["access_token"])[1]["authorization_details"] == asked
    redeemed = wire.redeem(agent0_there, exchanged["access_token"]).json()
    token = redeemed["access_token"]
    assert redeemed["authorization_details"] == read_jwt(token)[1]["authorization_details"] == asked
    assert wire.call("POST", f"/todos/{mine['id']}/complete", token).status_code == 200
    assert wire.call("GET", "/todos", token).status_code == 200
    for method, path in (("POST", f"/todos/{other['id']}/complete"), ("DELETE", f"/todos/{mine['id']}")):
        assert error_of(wire.call(method, path, token)) == (403, "insufficient_scope")
    url = demo.facts["todo0"]["introspection_endpoint"]
    told = wire.post(url, {"token": token, **agent0_there.credentials()}).json()
    assert told["authorization_details"] == asked
    for todo in (mine, other):
        assert wire.call("DELETE", f"/todos/{todo['id']}", full).status_code == 204


@pytest.mark.spec("RA-04", "RA-10")
def test_less_can_be_taken_at_redemption_and_more_can_not(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    asked = {"authorization_details": json.dumps(details(demo, "read", "create"))}
    id_jag = wire.id_jag(agent0, alice["id_token"], **asked)
    more = {"authorization_details": json.dumps(details(demo, "read", "delete"))}
    assert error_of(wire.redeem(agent0_there, id_jag, **more)) == (400, "invalid_authorization_details")
    less = {"authorization_details": json.dumps(details(demo, "read"))}
    assert wire.redeem(agent0_there, id_jag, **less).json()["authorization_details"] == details(demo, "read")
