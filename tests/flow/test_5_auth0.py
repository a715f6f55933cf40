"""Agent0 at a Todo0 that answers as Auth0 documents: Tove chooses a preset, and Agent0 has nothing to choose."""

from collections.abc import Iterator

import pytest

from tests.cast import ALICE, TOVE
from tests.flow.connecting import enter
from tests.flow.demo import Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.wire import Client, Wire, error_of

PRESETS = ("auth0-beta", "auth0-ea")


@pytest.fixture(params=PRESETS)
def as_auth0(request: pytest.FixtureRequest, wire: Wire, demo: Demo) -> Iterator[None]:
    """A preset in Todo0's rules, saved by Tove and taken back after the test."""
    tove, rules = wire.visitor(), f"{demo.url('todo0')}/admin/server"
    enter(tove, rules, TOVE)
    page = tove.open(f"{rules}?preset={request.param}")
    page = tove.submit(page, page.form(having="answers"))
    assert "Saved" in page.text, page.text[:300]
    yield
    page = tove.open(rules)
    assert "Restored" in tove.submit(page, page.form(action="/undo/")).text


@pytest.mark.usefixtures("as_auth0")
def test_alices_request_is_done_by_a_token_answer_of_three_members(
    wire: Wire, demo: Demo, agent0_there: Client, id_jag: str
) -> None:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    assert ask(visitor, demo, 'Add "Written as at Auth0"').badge == "done"
    answer = wire.redeem(agent0_there, id_jag)
    assert (answer.status_code, answer.json().keys()) == (200, {"access_token", "token_type", "expires_in"})


@pytest.mark.usefixtures("as_auth0")
def test_a_signature_that_was_changed_is_401(wire: Wire, agent0_there: Client, id_jag: str) -> None:
    head, _, signature = id_jag.rpartition(".")
    other = "B" if signature[0] == "A" else "A"
    answer = wire.redeem(agent0_there, f"{head}.{other}{signature[1:]}")
    assert error_of(answer) == (401, "invalid_grant")
    assert answer.json()["error_description"] == "Assertion is invalid or has expired"
    assert wire.redeem(agent0_there, id_jag).status_code == 200
