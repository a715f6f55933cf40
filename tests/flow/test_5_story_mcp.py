"""The story over MCP, through pages alone: Alice chooses the way, and everything but the way is as before."""

from collections.abc import Iterator

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, wait_for
from tests.flow.people_at_work import (
    ask,
    find_rested,
    find_todo,
    sign_in_at_agent0,
    sign_in_at_todo0,
    switch_connection,
)
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire


@pytest.fixture(scope="module")
def alice_visits(wire: Wire, demo: Demo) -> Iterator[Visitor]:
    """Alice's browser, signed in at Agent0, which uses Todo0's MCP server for her."""
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    page = visitor.open(f"{demo.url('agent0')}/connections")
    page = visitor.submit(page, page.form(action="/connections/way"), way="mcp")
    assert "The way to Todo0: MCP server" in page.text
    return visitor


def test_alice_asks_and_the_todo_has_the_same_badge(demo: Demo, alice_visits: Visitor) -> None:
    since = len(demo.lines)
    card = ask(alice_visits, demo, 'Add "Book a boat"')
    assert card.badge == "done", card.text
    assert "MCP server" in card.text
    for word in ("who guards it", "Scope granted todos.read todos.write", "ID-", "JAG-", "AT-"):
        assert word in card.text
    row = find_todo(sign_in_at_todo0(alice_visits, demo, ALICE), "Book a boat")
    assert "Agent0 for you" in row
    lines = demo.lines[since:]
    assert any("todo0.mcp.checks" in line for line in lines), "the MCP server was called, without a token at first"
    assert not any("todo0.api.checks" in line for line in lines)


def test_she_completes_it_and_it_is_due_no_more(demo: Demo, alice_visits: Visitor) -> None:
    assert ask(alice_visits, demo, 'Mark "Book a boat" done').said == "Done. I marked it as done."
    assert "Book a boat" not in ask(alice_visits, demo, "What is open?").text


@pytest.mark.usefixtures("policy_is_restored")
def test_carols_off_counts_over_mcp_as_well(demo: Demo, alice_visits: Visitor, carol: Visitor) -> None:
    assert ask(alice_visits, demo, "What is due today?").badge == "done"
    switch_connection(demo, carol, on=False)
    assert ask(alice_visits, demo, "What is due today?").badge == "Blocked by Acme"


def test_what_has_no_tool_is_said_and_nothing_is_deleted(demo: Demo, alice_visits: Visitor) -> None:
    card = ask(alice_visits, demo, "Delete everything")
    page = alice_visits.open(card.details_url)
    alice_visits.submit(page, page.form(action="/allow"))
    rested = wait_for(lambda: find_rested(alice_visits, demo), "the worker has not answered", patience=60)
    assert rested.details_url == card.details_url
    assert "has no tool for that" in alice_visits.open(card.details_url).text
    assert find_todo(alice_visits.open(demo.facts["todo0"]["todos_url"]), "Send invoice")
