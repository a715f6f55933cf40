"""The whole story, through pages alone: Alice asks, the worker acts, Todo0 shows whose it was, Carol rules."""

from collections.abc import Iterator

import pytest

from tests.cast import ALICE, BOB, DAN
from tests.flow.demo import Demo
from tests.flow.people_at_work import (
    ask,
    find_todo,
    sign_in_at_agent0,
    sign_in_at_todo0,
    switch_connection,
)
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

TITLE = "Book venue for offsite"


@pytest.fixture(scope="module")
def alice_visits(wire: Wire, demo: Demo) -> Iterator[Visitor]:
    """Alice's browser, signed in at Agent0."""
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    return visitor


def test_alice_asks_and_the_todo_appears_with_the_badge_that_agent0_made_it(
    demo: Demo, alice_visits: Visitor
) -> None:
    card = ask(alice_visits, demo, f'Add "{TITLE}"')
    assert card.badge == "done", card.text
    assert card.said == "Done. I added it to your list at Todo0."
    for word in (
        "Scope asked todos.read todos.write",
        "Scope granted todos.read todos.write",
        "ID-",
        "JAG-",
        "AT-",
    ):
        assert word in card.text
    row = find_todo(sign_in_at_todo0(alice_visits, demo, ALICE), TITLE)
    assert "Agent0 for you" in row


def test_destroying_things_asks_first_and_cancelling_does_nothing(demo: Demo, alice_visits: Visitor) -> None:
    card = ask(alice_visits, demo, "Delete everything")
    assert card.badge == "needs your permission"
    page = alice_visits.open(card.details_url)
    alice_visits.submit(page, page.form(action="/stop"))
    assert find_todo(alice_visits.open(demo.facts["todo0"]["todos_url"]), TITLE)


@pytest.mark.usefixtures("policy_is_restored")
def test_carol_switches_off_and_the_next_request_is_refused_with_a_page_that_says_who_decided(
    demo: Demo, alice_visits: Visitor, carol: Visitor
) -> None:
    """The very request that worked before, and works again afterwards."""
    assert ask(alice_visits, demo, f'Add "{TITLE} II"').badge == "done"
    said = switch_connection(demo, carol, on=False)
    assert "Agent0 gets no ID-JAG for Todo0" in said.text
    card = ask(alice_visits, demo, f'Add "{TITLE} III"')
    assert card.badge == "Blocked by Acme", card.text
    page = alice_visits.open(card.details_url)
    for words in (
        "Blocked by Acme",
        "Decided by Acme's access policy",
        "The administrator has switched this connection off.",
        "Request for the admin",
    ):
        assert words in page.text
    assert "Not allowed by Acme" in alice_visits.open(demo.facts["agent0"]["chat_url"]).text
    page = alice_visits.open(demo.facts["todo0"]["todos_url"])
    assert find_todo(page, f"{TITLE} II")
    assert not find_todo(page, f"{TITLE} III")

    switch_connection(demo, carol, on=True)
    card = ask(alice_visits, demo, f'Add "{TITLE} III"')
    assert card.badge == "done", card.text
    assert "Managed by Acme" in alice_visits.open(demo.facts["agent0"]["chat_url"]).text
    assert "Agent0 for you" in find_todo(alice_visits.open(demo.facts["todo0"]["todos_url"]), f"{TITLE} III")


@pytest.mark.usefixtures("policy_is_restored")
def test_what_todo0_issued_before_lives_until_it_expires_or_alice_takes_it_back(
    wire: Wire, demo: Demo, alice_visits: Visitor, carol: Visitor, access_token: str
) -> None:
    """The price of access tokens: Acme's word counts from the next one on, Todo0's own switch at once."""
    switch_connection(demo, carol, on=False)
    assert wire.call("GET", "/todos", access_token).status_code == 200
    page = alice_visits.open(f"{demo.url('todo0')}/settings/connected")
    alice_visits.submit(page, page.form(action="/revoke"))
    assert wire.call("GET", "/todos", access_token).status_code == 401


def test_the_card_follows_the_run_over_server_sent_events_too(demo: Demo, alice_visits: Visitor) -> None:
    card = ask(alice_visits, demo, "Show my todos")
    assert TITLE in card.text
    answer = alice_visits.session.get(f"{card.details_url}/events", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.text.startswith("event: card\n")
    assert answer.text.rstrip().splitlines()[-2:] == ["event: rest", "data:"]


def test_carol_finds_every_decision_in_the_system_log(demo: Demo, carol: Visitor) -> None:
    switch_connection(demo, carol, on=True)
    page = carol.open(f"{demo.url('idp')}/acme/admin/log")
    assert ALICE.name in page.text
    assert "I9" in page.text
    assert "The administrator has switched this connection off." in page.text


def test_bob_is_told_that_acme_decided(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, BOB)
    card = ask(visitor, demo, 'Add "Not for me"')
    assert card.badge == "Blocked by Acme", card.text
    assert "access_denied" in card.text


def test_dan_is_told_that_todo0_does_not_know_him(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, DAN)
    card = ask(visitor, demo, 'Add "Nowhere to go"')
    assert card.badge == "No account at Todo0", card.text
    assert "User not found" in card.text
    assert "An agent's request never creates an account there." in card.text


def test_alice_signs_out_and_her_pages_are_closed(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    page = sign_in_at_agent0(visitor, demo, ALICE)
    page = visitor.submit(page, page.form(action="/signin/logout"))
    assert "Your session here has ended, and so has the one at Acme." in page.text, page.text[:300]
    page = visitor.open(demo.facts["agent0"]["chat_url"])
    assert page.url.startswith(f"{demo.url('agent0')}/?next=")
    page = visitor.open(f"{demo.url('idp')}/acme/admin/")
    assert page.form(having="password")
