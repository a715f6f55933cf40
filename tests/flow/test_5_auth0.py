"""Agent0 at a Todo0 that answers as Auth0 documents: Tove chooses a preset, and Agent0 has nothing to choose.

*Break it* announces what such a Todo0 answers, and a run shows that it does.
"""

from collections.abc import Iterator

import pytest

from stage.autopilot.page import Page
from tests.cast import ALICE, TOVE
from tests.flow.breaking import run, shown
from tests.flow.connecting import enter
from tests.flow.demo import Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.visitor import Visitor
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


@pytest.fixture
def reuse(wire: Wire, demo: Demo) -> Iterator[None]:
    """The same preset in the connection to Acme, and then what was there before."""
    tove = wire.visitor()
    acme = enter(tove, f"{demo.url('todo0')}/admin/connections", TOVE).link("Acme")
    page = tove.open(f"{acme}?preset=auth0-ea")
    assert "Saved" in tove.submit(page, page.form(having="max_lifetime")).text
    yield
    page = tove.open(acme)
    assert "Restored" in tove.submit(page, page.form(action="/undo/")).text


def announced(visitor: Visitor, demo: Demo, number: str) -> str:
    """What the list of all faults says of one, before anybody runs it."""
    page = visitor.open(f"{demo.url('stage')}/break")
    row = page.html.partition(f'id="{number}"')[2].partition("</li>")[0]
    return Page(page.url, 200, row, {}).text


@pytest.mark.usefixtures("as_auth0")
@pytest.mark.parametrize("as_auth0", ["auth0-ea"], indirect=True)
@pytest.mark.parametrize("number", ["F11", "F28"])
def test_the_answer_that_break_it_announces_for_a_bad_signature_is_the_one_that_is_given(
    wire: Wire, demo: Demo, number: str
) -> None:
    presenter = wire.visitor()
    told = "401 invalid_grant , instead of 400 invalid_grant , since Todo0 answers as Auth0 documents"
    assert told in announced(presenter, demo, number)
    page = run(presenter, demo, number)
    assert (shown(page, "check"), shown(page, "wire")) == ("R6", "401 invalid_grant"), page.text[:900]
    assert "By the rules of now another answer is announced" not in page.text


@pytest.mark.usefixtures("as_auth0")
@pytest.mark.parametrize("as_auth0", ["auth0-ea"], indirect=True)
def test_what_these_rules_do_not_touch_is_answered_as_ever(wire: Wire, demo: Demo) -> None:
    presenter = wire.visitor()
    assert "instead of 400" not in announced(presenter, demo, "F03")
    page = run(presenter, demo, "F03")
    assert (shown(page, "check"), shown(page, "wire")) == ("R7", "400 invalid_grant"), page.text[:900]
    assert "By the rules of now another answer is announced" not in page.text


@pytest.mark.usefixtures("reuse")
def test_where_an_id_jag_counts_until_it_expires_the_second_time_is_announced_as_green_and_is(
    wire: Wire, demo: Demo
) -> None:
    presenter = wire.visitor()
    assert "everything stays green, instead of R11 , 400 invalid_grant" in announced(presenter, demo, "F13")
    page = run(presenter, demo, "F13")
    assert "all green No check objected. 200" in page.text, page.text[:900]
    assert "By the rules of now another answer is announced" not in page.text
