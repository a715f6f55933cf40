"""Leg 4: the access token calls Todo0's API, and nothing else does (RFC 6750, RFC 9068 §4)."""

import uuid

import pytest

from tests.cast import BOB
from tests.flow.demo import Demo
from tests.flow.people_at_work import find_todo, sign_in_at_todo0
from tests.flow.wire import Client, Wire, read_challenge


def test_a_todo_is_made_read_completed_and_deleted(wire: Wire, access_token: str) -> None:
    made = wire.call("POST", "/todos", access_token, json={"title": "Water the plants"})
    assert (made.status_code, made.json()["created_via"]) == (201, "Agent0")
    path = f"/todos/{made.json()['id']}"
    assert wire.call("GET", path, access_token).json()["title"] == "Water the plants"
    assert wire.call("POST", f"{path}/complete", access_token).json()["done"] is True
    assert wire.call("DELETE", path, access_token).status_code == 204
    assert wire.call("GET", path, access_token).status_code == 404


def test_the_same_request_with_the_same_key_makes_one_todo(wire: Wire, access_token: str) -> None:
    again = {"json": {"title": "Only once"}, "headers": {"Idempotency-Key": str(uuid.uuid4())}}
    first = wire.call("POST", "/todos", access_token, **again)
    second = wire.call("POST", "/todos", access_token, **again)
    assert first.json() == second.json()
    titles = [todo["title"] for todo in wire.call("GET", "/todos?limit=100", access_token).json()["todos"]]
    assert titles.count("Only once") == 1
    wire.call("DELETE", f"/todos/{first.json()['id']}", access_token)


@pytest.mark.spec("RS-03", "MD-10", "MD-12")
def test_without_a_token_the_api_says_where_to_get_one(wire: Wire, demo: Demo) -> None:
    answer = wire.call("GET", "/todos")
    challenge = read_challenge(answer)
    assert answer.status_code == 401
    assert "error" not in challenge
    assert challenge["resource_metadata"] == demo.facts["todo0"]["resource_metadata_url"]
    document = wire.get(challenge["resource_metadata"]).json()
    assert document["resource"] == demo.facts["todo0"]["resource"]
    assert document["authorization_servers"] == [demo.facts["todo0"]["issuer"]]


@pytest.mark.spec("RS-03", "RS-04")
def test_a_token_for_reading_does_not_write(
    wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    id_jag = wire.id_jag(agent0, alice["id_token"], scope="todos.read")
    token = wire.redeem(agent0_there, id_jag).json()["access_token"]
    assert wire.call("GET", "/todos", token).status_code == 200
    answer = wire.call("POST", "/todos", token, json={"title": "Not allowed"})
    challenge = read_challenge(answer)
    assert answer.status_code == 403
    assert (challenge["error"], challenge["scope"]) == ("insufficient_scope", "todos.write")


@pytest.mark.spec("RS-02", "JAG-29")
@pytest.mark.parametrize("kind", ["id_token", "access_token", "id_jag"])
def test_no_word_of_the_idp_opens_the_api(wire: Wire, alice: dict[str, str], id_jag: str, kind: str) -> None:
    answer = wire.call("GET", "/todos", id_jag if kind == "id_jag" else alice[kind])
    assert (answer.status_code, read_challenge(answer)["error"]) == (401, "invalid_token")


@pytest.mark.spec("RS-03", "RS-05")
def test_a_token_in_the_url_or_in_pieces_is_a_malformed_request(wire: Wire, access_token: str) -> None:
    assert wire.call("GET", f"/todos?access_token={access_token}").status_code == 400
    assert wire.call("GET", "/todos", headers={"Authorization": f"Bearer {access_token} twice"}).status_code == 400


@pytest.mark.spec("RS-06", "SR-18")
def test_alices_token_does_not_reach_bobs_todos(wire: Wire, demo: Demo, access_token: str) -> None:
    page = sign_in_at_todo0(wire.visitor(), demo, BOB)
    assert find_todo(page, "Review the login pull request")
    number = page.link("Review the login pull request").rpartition("/")[2]
    for method in ("GET", "DELETE"):
        assert wire.call(method, f"/todos/{number}", access_token).status_code == 404
    assert "Review the login pull request" not in wire.call("GET", "/todos?limit=100", access_token).text


def test_the_api_describes_itself(wire: Wire) -> None:
    document = wire.call("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert {"/todos", "/todos/{id}"} <= {path.replace("{todo_id}", "{id}") for path in document["paths"]}
