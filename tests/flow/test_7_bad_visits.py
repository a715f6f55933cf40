"""Bad input from people's browsers gets a page that says so, changes nothing, and is never a 500."""

import uuid

import pytest

from tests.cast import ALICE, BOB
from tests.flow.demo import Demo
from tests.flow.people_at_work import ask, count_todos, sign_in_at_agent0, sign_in_at_todo0
from tests.flow.wire import Client, Wire


@pytest.mark.parametrize("path", ["authorize", "login", "logout", "", "admin/", "admin/policy"])
def test_an_unknown_tenant_is_a_page_for_people(wire: Wire, demo: Demo, path: str) -> None:
    page = wire.visitor().open(f"{demo.url('idp')}/nowhere/{path}")
    assert page.status == 404
    assert "There is no such page here" in page.text


@pytest.mark.parametrize("party", ["stage", "agent0", "todo0", "idp"])
def test_an_unknown_address_is_a_page_with_a_way_back(wire: Wire, demo: Demo, party: str) -> None:
    page = wire.visitor().open(f"{demo.url(party)}/no/such/page?x=%00")
    assert page.status == 404
    assert page.link("Back to the start")


@pytest.mark.parametrize("party", ["stage", "agent0", "todo0", "idp"])
def test_a_charset_that_is_none_is_not_even_read(wire: Wire, demo: Demo, party: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=rot13"}
    assert wire.get(f"{demo.url(party)}/?next=%41", headers=headers).status_code == 200


@pytest.mark.parametrize("party", ["agent0", "todo0"])
@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=access_denied&state=y", "?state=%00&code=%ff"]
)
def test_an_answer_that_nobody_asked_for_signs_nobody_in(wire: Wire, demo: Demo, party: str, query: str) -> None:
    page = wire.visitor().open(f"{demo.facts[party]['redirect_uri']}{query}")
    assert page.status == 400
    assert "The sign-in did not work" in page.text


@pytest.mark.parametrize("change", [{"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}])
def test_an_authorization_request_that_cannot_be_answered_goes_nowhere(
    wire: Wire, agent0: Client, change: dict[str, str]
) -> None:
    asked = {"response_type": "code", "client_id": agent0.client_id, "redirect_uri": wire.redirect_uri(agent0)}
    answer = wire.get(wire.idp()["authorization_endpoint"], params=asked | change)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_words_that_agent0_does_not_understand_do_nothing_and_are_answered(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    page = sign_in_at_agent0(visitor, demo, ALICE)
    form = next(form for form in page.forms if "words" in form.typed)
    assert "I did not understand that" in visitor.submit(page, form, words="Sing me a song").text
    long = visitor.submit(page, form, words="a" * 600, turn=str(uuid.uuid4()))
    assert "at most 500 characters" in long.text
    assert "at most 500 characters" in visitor.submit(page, form, words="Add x", turn="no-uuid").text
    assert visitor.open(f"{demo.url('agent0')}/runs/{uuid.uuid4()}").status == 404


def test_a_form_from_elsewhere_changes_nothing(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    page = sign_in_at_todo0(visitor, demo, ALICE)
    before = count_todos(visitor, demo)
    form = page.form(action="/todos/add")
    form.fields.pop("csrfmiddlewaretoken")
    assert visitor.submit(page, form, title="Forged").status == 403
    assert count_todos(visitor, demo) == before


def test_bob_cannot_look_at_alices_run(wire: Wire, demo: Demo) -> None:
    alice, bob = wire.visitor(), wire.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    card = ask(alice, demo, "Show my todos")
    sign_in_at_agent0(bob, demo, BOB)
    for path in ("", "/card", "/events"):
        assert bob.open(f"{card.details_url}{path}").status == 404


def test_nobody_was_answered_with_a_500(wire: Wire, demo: Demo) -> None:
    """Of this whole session, whatever ran before."""
    assert wire.notes.broken == []
    assert not [line for line in demo.lines if "Traceback" in line or "Internal Server Error" in line]
