"""The walk through the recorder: nothing recorded, a flow that went well, one that was denied, every tab.

Deliberately does not: run a flow. What is shown was recorded once, and is laid down by the operator.
"""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.rare_states import command_stage, hold_a_call, record, show_without, sweep_records
from tests.flow.demo import Demo
from tests.stage.evidence import ACT, SIGN_IN, load, target_of

FORGED = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V2aWwwLmV4YW1wbGUifQ.c2lnbmF0dXJl"
TABS = ("story", "request", "response", "token", "checks", "code", "sides")


def visit_recorder(demo: Demo, page: Page) -> Iterator[tuple[str, Page]]:
    recorder = f"{demo.url('stage')}/recorder"
    sweep_records(demo)
    page.goto(f"{recorder}/")
    expect(page.get_by_text("Nothing has been recorded yet")).to_be_visible()
    yield "recorder, empty", page
    page.goto(f"{recorder}/live")
    expect(page.get_by_role("heading", name="Waiting for a flow")).to_be_visible()
    yield "recorder, waiting", page
    page.goto(f"{recorder}/tape")
    expect(page.get_by_role("heading", name="There is no tape yet")).to_be_visible()
    yield "recorder, no tape", page
    record(demo, load("mcp"))
    page.goto(f"{recorder}/")
    yield "recorder, history", page
    page.goto(f"{recorder}/?person=Nobody")
    yield "recorder, nothing fits", page
    for tab in TABS:
        page.goto(f"{recorder}/traces/{ACT}?hop=9&tab={tab}")
        expect(page.get_by_role("heading", name="Token exchange")).to_be_visible()
        yield f"recorder, {tab}", page
    page.goto(f"{recorder}/tape")
    expect(page.get_by_text("not live")).to_be_visible()
    yield "recorder, tape", page
    page.goto(f"{recorder}/traces/{ACT}?hop=9&tab=request&raw=1")
    yield "recorder, raw", page
    for tab in ("checks", "token", "sides"):
        page.goto(f"{recorder}/traces/{ACT}?hop=1&tab={tab}")
        yield f"recorder, {tab}, of which a browser has none", page
    page.goto(f"{recorder}/traces/{SIGN_IN}/tokens")
    yield "recorder, one token alone", page
    for path, heading in (("tokens", "One person, 3 tokens"), ("print", 'Add "Book venue for offsite"')):
        page.goto(f"{recorder}/traces/{ACT}/{path}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        yield f"recorder, {path}", page
    page.goto(f"{recorder}/compare")
    yield "recorder, compare?", page
    page.goto(f"{recorder}/compare?left={ACT}&right={SIGN_IN}")
    expect(page.get_by_text("They first part at")).to_be_visible()
    yield "recorder, compare", page
    yield from visit_desk(demo, page, f"{recorder}/desk")
    yield from visit_gate(demo, page, f"{recorder}/gate")
    yield from visit_strangers(demo, page, f"{recorder}/strangers")
    sweep_records(demo)
    record(demo, deny(load("rest")))
    page.goto(f"{recorder}/traces/{ACT}")
    expect(page.get_by_text("denied by check R7").first).to_be_attached()
    yield "recorder, denied", page
    yield from visit_what_is_missing(demo, page, recorder)
    sweep_records(demo)


def visit_strangers(demo: Demo, page: Page, strangers: str) -> Iterator[tuple[str, Page]]:
    sweep_records(demo)
    page.goto(strangers)
    expect(page.get_by_text("Nobody has called on their own")).to_be_visible()
    yield "calls without a trace, none", page
    record(demo, make_strange(load("rest")))
    page.reload()
    expect(page.get_by_role("link", name="Redeem the ID-JAG")).to_be_visible()
    yield "calls without a trace", page


def visit_gate(demo: Demo, page: Page, gate: str) -> Iterator[tuple[str, Page]]:
    page.goto(gate)
    expect(page.get_by_text("The gate is open.")).to_be_visible()
    yield "live gate, open", page
    command_stage(demo, "hold", {})
    page.goto(gate)
    expect(page.get_by_role("heading", name="Nobody waits")).to_be_visible()
    yield "live gate, closed", page
    exchange = {"method": "POST", "url": demo.facts["idp"]["token_endpoint"], "trace_id": ACT}
    grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    hold_a_call(demo, exchange, {"grant_type": grant, "subject_token": FORGED, "scope": "todos.read"})
    page.goto(gate)
    expect(page.get_by_role("heading", name="Token exchange")).to_be_visible()
    yield "live gate, a call waits", page
    hold_a_call(demo)
    command_stage(demo, "release", {})


def visit_what_is_missing(demo: Demo, page: Page, recorder: str) -> Iterator[tuple[str, Page]]:
    """Todo0 did not answer, records were dropped, and of a trace there is nothing to show."""
    sweep_records(demo)
    record(demo, silence(load("rest")))
    page.goto(f"{recorder}/")
    expect(page.get_by_text("3 records dropped.")).to_be_visible()
    yield "recorder, dropped", page
    for tab in ("response", "sides"):
        page.goto(f"{recorder}/traces/{ACT}?hop=11&tab={tab}")
        yield f"recorder, {tab}, no answer", page
    sweep_records(demo)
    record(demo, [row for row in load("rest") if row["kind"] == "producer"])
    page.goto(f"{recorder}/traces/{ACT}")
    expect(page.get_by_text("Nothing has been recorded under this trace")).to_be_visible()
    yield "recorder, a trace without a hop", page


def visit_desk(demo: Demo, page: Page, desk: str) -> Iterator[tuple[str, Page]]:
    page.goto(desk)
    yield "token desk", page
    page.get_by_label("Token").fill("nothing that anybody signed")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("Expected a signed JWT of 3 parts")).to_be_visible()
    yield "token desk, no token", page
    page.get_by_label("Token").fill(FORGED)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("signature not checked")).to_be_visible()
    yield "token desk, a token", page
    show_without(demo, page, "/recorder/desk", token=FORGED, client="agent0-at-todo0")
    expect(page.get_by_text("Todo0 does not answer, so nobody judged it.")).to_be_visible()
    yield "token desk, nobody to ask", page


def make_strange(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Calls to servers as they would be if somebody had made each by hand, in no trace."""
    by_hand = "/.well-known/oauth-authorization-server", "/oauth/token", "/api/todos"
    kept = [row for row in rows if row["kind"] == "server" and target_of(row) in by_hand]
    alone = [{"trace_id": f"{at:032x}", "span_id": f"{at:016x}", "parent_span_id": ""} for at in range(1, 9)]
    return [row | one for row, one in zip(kept, alone, strict=False)]


def deny(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The flow as it would be if Todo0 had found another audience: refused by R7, and nothing after it."""
    kept = [row for row in rows if not target_of(row).startswith("/api/")]
    for row in kept:
        if target_of(row) != "/oauth/token":
            continue
        row["exchange"]["response"] |= {"status": 400, "body": '{"error": "invalid_grant"}', "size": 26}
        for at, check in enumerate(row["checks"]):
            refused = check["number"] == "R7"
            later = any(one["number"] == "R7" for one in row["checks"][:at])
            check["outcome"] = "failed" if refused else "not reached" if later else "passed"
            note = "aud: expected 'http://todo0.example', found 'http://todo0.example/'"
            check["note"] = note if refused else ""
    return kept


def silence(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The flow as it would be if Todo0 had gone before the redemption, and three records with it."""
    gone = ("/oauth/token", "/api/todos")
    kept = [row for row in rows if not (row["place"] == "todo0" and target_of(row) in gone)]
    kept = [row for row in kept if target_of(row) != "/api/todos"]
    for row in kept:
        if target_of(row) == "/oauth/token":
            row["exchange"] |= {"response": None, "error": "ConnectionError"}
    kept[0]["dropped"] = 3
    return kept
