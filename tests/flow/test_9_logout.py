"""Alice signs out at Acme: Agent0 and Todo0 hear of it from Acme, server to server, and act at once.

Nobody comes by in a browser to tell them (OpenID Connect Back-Channel Logout §2).
"""

from urllib.parse import urlencode

import pytest

from tests.cast import ALICE, BOB, CAROL
from tests.flow.demo import Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0, sign_in_at_todo0
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire


def sign_out_at_acme(wire: Wire, visitor: Visitor) -> None:
    """On Acme's own page, which asks first and knows nothing of any app."""
    page = visitor.open(wire.idp()["end_session_endpoint"])
    page = visitor.submit(page, page.form(action="/logout/confirm"))
    assert "You are signed out of Acme" in page.text, page.text[:300]


def is_signed_in_at_todo0(visitor: Visitor, demo: Demo) -> bool:
    todos_url = demo.facts["todo0"]["todos_url"]
    return visitor.open(todos_url).url.startswith(todos_url)


@pytest.mark.spec("OI-10", "OI-12", "OI-13", "OI-14")
def test_alice_signs_out_at_acme_and_both_apps_and_her_access_token_end_at_once(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client
) -> None:
    visitor, elsewhere = wire.visitor(), wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    sign_in_at_todo0(visitor, demo, ALICE)
    sign_in_at_agent0(elsewhere, demo, ALICE)
    sign_in_at_todo0(elsewhere, demo, ALICE)
    tokens = wire.sign_in(agent0, ALICE)
    access_token = wire.redeem(agent0_there, wire.id_jag(agent0, tokens["id_token"])).json()["access_token"]
    assert wire.call("GET", "/todos", access_token).status_code == 200
    since = len(demo.lines)

    sign_out_at_acme(wire, visitor)

    assert demo.wait_for_line("back-channel logout: issuer=", after=since)
    page = visitor.open(demo.facts["agent0"]["chat_url"])
    assert page.url.startswith(f"{demo.url('agent0')}/?next=")
    assert "Your sign-in is over. Please sign in again." in page.text
    assert not is_signed_in_at_todo0(visitor, demo)
    answer = wire.call("GET", "/todos", access_token)
    assert (answer.status_code, 'error="invalid_token"' in answer.headers["WWW-Authenticate"]) == (401, True)

    # In her other browser she is signed in still, and Agent0 acts for her: it gets a new ID-JAG, and a new token.
    assert is_signed_in_at_todo0(elsewhere, demo)
    assert ask(elsewhere, demo, "Show my todos").badge == "done"


def sign_out_with_hint(wire: Wire, visitor: Visitor, hint: str) -> None:
    """As an app sends its person there, in this browser."""
    visitor.open(f"{wire.idp()['end_session_endpoint']}?{urlencode({'id_token_hint': hint})}")


@pytest.mark.spec("OI-12")
def test_nobody_else_is_signed_out(wire: Wire, demo: Demo, agent0: Client) -> None:
    bob, alice = wire.visitor(), wire.visitor()
    sign_in_at_todo0(bob, demo, BOB)
    sign_in_at_todo0(alice, demo, ALICE)
    sign_out_with_hint(wire, alice, wire.sign_in(agent0, ALICE, visitor=alice)["id_token"])
    assert not is_signed_in_at_todo0(alice, demo)
    assert is_signed_in_at_todo0(bob, demo)


@pytest.mark.spec("OI-09")
def test_whoever_has_her_hint_but_not_her_browser_signs_nobody_out(wire: Wire, demo: Demo, agent0: Client) -> None:
    alice, bob = wire.visitor(), wire.visitor()
    sign_in_at_todo0(alice, demo, ALICE)
    sign_in_at_todo0(bob, demo, BOB)
    hint = wire.sign_in(agent0, ALICE, visitor=alice)["id_token"]
    for thief in (wire.visitor(), bob):
        sign_out_with_hint(wire, thief, hint)
    assert is_signed_in_at_todo0(bob, demo), "he is asked, and has not answered"
    assert is_signed_in_at_todo0(alice, demo)
    assert wire.exchange(agent0, hint).status_code == 200
    sign_out_with_hint(wire, alice, hint)
    assert not is_signed_in_at_todo0(alice, demo)


@pytest.mark.spec("OI-10", "OI-15")
@pytest.mark.parametrize("party", ["agent0", "todo0"])
@pytest.mark.parametrize("kind", ["id_token", "access_token", "id_jag"])
def test_no_other_jwt_of_acmes_signs_anybody_out(
    wire: Wire, demo: Demo, alice: dict[str, str], id_jag: str, party: str, kind: str
) -> None:
    presented = id_jag if kind == "id_jag" else alice[kind]
    answer = wire.post(f"{demo.url(party)}/signin/backchannel-logout", {"logout_token": presented})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_carol_reads_in_the_system_log_which_apps_were_told(demo: Demo, wire: Wire, carol: Visitor) -> None:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    sign_out_at_acme(wire, visitor)
    page = carol.open(f"{demo.url('idp')}/acme/admin/log")
    if any("password" in form.fields for form in page.forms):
        carol.sign_in_at_idp(page, CAROL)
        page = carol.open(f"{demo.url('idp')}/acme/admin/log")
    for name in ("Agent0", "Todo0"):
        assert f"was to be signed out of {name}" in " ".join(page.text.split())


@pytest.mark.spec("RF-10")
def test_alice_signs_out_at_agent0_and_her_tokens_are_revoked_where_they_came_from(wire: Wire, demo: Demo) -> None:
    visitor = wire.visitor()
    page = sign_in_at_agent0(visitor, demo, ALICE)
    assert ask(visitor, demo, "Show my todos").badge == "done"
    since = len(demo.lines)
    visitor.submit(page, page.form(action="/signin/logout"))
    for kind, issuer in (("refresh_token", wire.idp()["issuer"]), ("access_token", demo.facts["todo0"]["issuer"])):
        assert demo.wait_for_line(f"revoked one {kind} at {issuer}", after=since)
    assert not [line for line in demo.lines[since:] if "not revoked" in line]
