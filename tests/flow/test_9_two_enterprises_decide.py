"""Acme and Globex at one Todo0: each reads its own log, decides for its own people, and ends what is its own."""

import json
import re

import pytest

from stage.autopilot.page import Page
from tests.cast import ALICE, GLOBEX_ALICE, TOVE
from tests.flow.connecting import enter, sign_in_by_address, switch
from tests.flow.first_odd import Odd, first_odd, wait_until_told
from tests.flow.people_at_work import ask
from tests.flow.stage_side import Stage
from tests.flow.two_sides import Both
from tests.flow.visitor import Visitor

# Logs


def test_each_enterprises_log_tells_of_its_own_people(both: Both) -> None:
    page = enter(both.globex.visitor, f"{both.globex.issuer}/admin/log", GLOBEX_ALICE)
    others = (*both.acme.words[1:], "Carol", "Mail0", "Evil0")
    assert GLOBEX_ALICE.name in page.html
    for path in ("log", "log.csv", "log.json", "people", "apps", "policy", "keys", ""):
        answer = both.globex.visitor.session.get(f"{both.globex.issuer}/admin/{path}", timeout=30)
        assert answer.status_code == 200
        assert [word for word in others if word in answer.text] == [], path
    answer = both.globex.visitor.session.get(
        f"{both.acme.issuer}/admin/log.csv", timeout=30, allow_redirects=False
    )
    assert answer.status_code == 303


def test_todo0s_log_of_assertions_tells_them_apart_by_issuer_and_is_for_its_own_staff(both: Both) -> None:
    address = f"{both.demo.url('todo0')}/admin/assertions"
    for side, other in both:
        page = both.tove.open(f"{address}?issuer={side.issuer}&person={ALICE.sub}")
        assert side.person.name in page.text
        assert other.person.name not in page.text
        assert side.visitor.open(address).status == 403


# Each enterprise decides for itself


@pytest.mark.spec("TX-26")
def test_what_globexs_admin_decides_counts_for_globex_alone(both: Both) -> None:
    """She lets Agent0 read and no more; at the same time Acme's Alice writes."""
    admin, demo = both.globex.visitor, both.demo
    page = admin.click(enter(admin, f"{both.globex.issuer}/admin/policy", GLOBEX_ALICE), "Agent0 at Todo0")
    form = page.form(having="scope_condition")
    saved = admin.submit(page, form, scope_condition="only", scopes="todos.read")
    assert "Saved. Agent0 at Todo0 has these terms" in saved.text
    card = ask(both.globex.visitor, demo, 'Add "Never written"')
    assert card.badge == "Globex limited this to read-only", card.text
    assert ask(both.acme.visitor, demo, 'Add "Written all the same"').badge == "done"
    form = saved.form(having="scope_condition")
    admin.submit(admin.open(page.url), form, scope_condition="any", version=latest_version(admin, page))
    assert ask(both.globex.visitor, demo, 'Add "Allowed again"').badge == "done"


def latest_version(admin: Visitor, page: Page) -> str:
    return admin.open(page.url).form(having="scope_condition").fields["version"]


@pytest.mark.spec("OI-14")
def test_a_sign_out_at_globex_ends_what_stands_on_globexs_word_and_nothing_of_acmes(both: Both) -> None:
    fresh = {side.slug: both.redeem(side) for side, _ in both}
    other = both.wire.visitor()
    sign_in_by_address(other, both.demo, GLOBEX_ALICE)
    page = other.open(f"{both.globex.issuer}/")
    other.submit(page, page.form(action="/logout"))
    for side, status in ((both.globex, 302), (both.acme, 200)):
        visitor = other if side is both.globex else side.visitor
        answer = visitor.session.get(both.demo.facts["todo0"]["todos_url"], allow_redirects=False, timeout=30)
        assert answer.status_code == status, side.slug
    assert both.wire.call("GET", "/todos", fresh["acme"]).status_code == 200


def test_the_fault_of_an_issuer_that_nobody_trusts_names_nobody_whom_todo0_trusts_by_now(both: Both) -> None:
    """Globex is trusted here: an assertion that only says so fails at its signature, and not at its issuer."""
    stage = Stage(both.wire)
    stage.command("arm", id="F12", mode="sticky")
    for side, _ in both:
        card = ask(side.visitor, both.demo, "Show my todos")
        assert card.badge == "Todo0 refused", card.text
        [trace] = set(re.findall(r"/recorder/traces/([0-9a-f]{32})", card.html))
        exchanges = wait_until_told(side.visitor, both.demo, trace)
        assert first_odd(exchanges) == Odd("failed", "R5", 400, "invalid_grant")
    stage.command("clear")
    assert ask(both.acme.visitor, both.demo, "Show my todos").badge == "done"


def test_tove_switches_globex_off_and_acme_goes_on(both: Both) -> None:
    fresh = {side.slug: both.redeem(side) for side, _ in both}
    switch(both.tove, both.connection, "sign-in", to="off")
    assert both.wire.call("GET", "/todos", fresh["globex"]).status_code == 401
    assert both.wire.call("GET", "/todos", fresh["acme"]).status_code == 200
    todos = both.demo.facts["todo0"]["todos_url"]
    statuses = [side.visitor.session.get(todos, allow_redirects=False, timeout=30).status_code for side, _ in both]
    assert statuses == [200, 302]
    assert ask(both.globex.visitor, both.demo, "Show my todos").badge == "Todo0 refused"
    assert ask(both.acme.visitor, both.demo, "Show my todos").badge == "done"


def test_nobody_was_answered_with_a_500_and_no_secret_was_logged(both: Both) -> None:
    assert both.wire.notes.broken == []
    said = json.dumps(both.demo.lines)
    assert [secret[:8] for secret in both.wire.notes.secrets if secret in said] == []
    assert TOVE.password not in said
