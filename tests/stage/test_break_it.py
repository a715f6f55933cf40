"""Break it: the page of switches, what each party says to them, and a one-shot that has had its flow."""

import json
import re
from typing import Any

import pytest
import responses
from django.test import Client

from stage.autopilot import flight as autopilot
from stage.autopilot.models import Flight
from stage.control.push import DOORS
from stage.faults import arming, findings, one_shot, runs
from stage.kit import addresses, state
from stage.kit.registry.faults import GROUPS, load_faults
from stage.kit.state import Armed
from stage.recorder.models import Record
from tests.stage import evidence

pytestmark = pytest.mark.usefixtures("staged", "wire")
IDP = addresses.IDP_URL
RULES = f"{addresses.TODO0_URL}/-/stage/rules"


@pytest.fixture
def grounded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No flight takes off; what it would do before it asks is kept."""
    kept: list[Any] = []

    def take_off(person: str, words: str, *, before_asking: Any) -> Flight:
        kept.append((person, words, before_asking))
        return Flight.objects.create(
            trace_id="c" * 32, person=person, words=words, started_at=autopilot.timezone.now(), state="landed"
        )

    monkeypatch.setattr(runs, "take_off", take_off)
    return kept


def text_of(answer: Any) -> str:
    return read(answer.content.decode().partition("<main")[2].partition("</main>")[0])


def read(html: str) -> str:
    """As one line, with no space before a comma or a full stop."""
    return re.sub(r" (?=[,.])", "", " ".join(re.sub(r"<[^>]+>", " ", html).split()))


def row_of(answer: Any, number: str) -> str:
    return read(answer.content.decode().partition(f'id="{number}"')[2].partition("</li>")[0])


def last_told(wire: responses.RequestsMock, command: str, place: str = "idp") -> Any:
    url = next(door.url for door in DOORS if door.place == place)
    calls = [call.request for call in wire.calls if call.request.url == f"{url}/-/stage/{command}"]
    return json.loads(calls[-1].body)


# The page


def test_all_faults_are_there_in_four_groups_each_with_a_switch_and_a_button() -> None:
    answer = Client().get("/break")
    page = answer.content.decode()
    assert page.count('role="switch"') == page.count(">Run it<") == 33
    assert page.count("data-group") == len(GROUPS) == 4
    for fault in load_faults().values():
        assert f'id="{fault.number}"' in page
    assert "Nothing is armed." in text_of(answer)
    assert answer["Cache-Control"].count("no-store")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("R7", {"F02", "F03", "F04"}),
        ("evil0 stolen", {"F06"}),
        ("503", {"F30"}),
        ("state narrows", {"F23", "F24"}),
    ],
)
def test_it_finds_by_number_check_kind_and_word(words: str, found: set[str]) -> None:
    page = Client().get("/break", {"q": words}).content.decode()
    assert set(re.findall(r'<li class="fault[^"]*" id="(F\d\d)"', page)) == found


def test_it_says_when_it_finds_nothing_and_how_to_go_on() -> None:
    said = text_of(Client().get("/break", {"q": "<zzz>"}))
    assert "No fault says “&lt;zzz&gt;”." in said
    assert "Show all" in said


@pytest.mark.parametrize("path", ["/break/F00", "/break/F34", "/break/F3", "/break/nonsense", "/break/clear"])
def test_there_is_nothing_else(path: str) -> None:
    assert Client().get(path).status_code in (404, 405)


@pytest.mark.parametrize("number", load_faults())
def test_each_fault_has_a_page_that_says_all_of_it(number: str) -> None:
    fault, answer = load_faults()[number], Client().get(f"/break/{number}")
    said = re.sub("&#x27;", "'", text_of(answer)).replace("&quot;", '"')
    for told in (fault.label, fault.does, fault.teaches, fault.question, *fault.choices, fault.kind):
        assert told in said
    assert "What will happen?" in said


# What Todo0's own rules make of it

AS_SEEDED = {"answers": "rfc", "single_use": True}


@pytest.mark.parametrize("number", ["F10", "F11", "F28"])
def test_where_todo0_answers_as_auth0_a_bad_signature_is_announced_as_401(
    wire: responses.RequestsMock, number: str
) -> None:
    wire.post(RULES, json=AS_SEEDED | {"answers": "auth0"})
    row = row_of(Client().get("/break"), number)
    assert "R6 key found, signature good, 401 invalid_grant, instead of 400 invalid_grant" in row
    assert "since Todo0 answers as Auth0 documents" in row
    assert row in row_of(Client().get("/break", {"q": "401 r6"}), number), "it is found by what is announced"
    page = text_of(Client().get(f"/break/{number}"))
    assert "401 invalid_grant, instead of 400 invalid_grant, since Todo0 answers as Auth0 documents" in page


def test_by_the_seeds_rules_the_row_says_one_answer_and_the_page_of_a_fault_the_other_as_well(
    wire: responses.RequestsMock,
) -> None:
    wire.post(RULES, json=AS_SEEDED)
    page = text_of(Client().get("/break"))
    assert "since Todo0" not in page
    assert "401 invalid_grant" not in page
    page = text_of(Client().get("/break/F11"))
    assert "400 invalid_grant Where Todo0 answers as Auth0 documents: 401 invalid_grant." in page
    assert len(wire.calls) == 2
    Client().get("/break/F01")
    assert len(wire.calls) == 2, "Todo0 is not asked of what does not depend on it"


def test_where_an_id_jag_counts_until_it_expires_the_replay_is_announced_as_green(
    wire: responses.RequestsMock,
) -> None:
    wire.post(RULES, json=AS_SEEDED | {"single_use": False})
    page = Client().get("/break")
    told = "no check, everything stays green, instead of R11, 400 invalid_grant, since Todo0 takes an ID-JAG"
    assert told in row_of(page, "F13")
    assert "Todo0 takes an ID-JAG until it expires: F13." in text_of(page)
    flight = lay_down("F13", number="R11", outcome="failed", status=400, error="invalid_grant")
    page = text_of(Client().get("/break/F13", {"run": str(flight.uuid), "said": "1"}))
    assert "As you said. Accepted until it expires." in page


def test_where_todo0_does_not_say_the_seeds_rules_are_announced(wire: responses.RequestsMock) -> None:
    answer = Client().get("/break")
    assert answer.status_code == 200
    assert "since Todo0" not in text_of(answer)
    assert len(wire.calls) == 1


@pytest.mark.parametrize(("answers", "is_announced"), [("auth0", True), ("rfc", False)])
def test_what_went_over_the_wire_is_held_against_what_was_announced(
    wire: responses.RequestsMock, answers: str, is_announced: bool
) -> None:
    wire.post(RULES, json=AS_SEEDED | {"answers": answers})
    flight = lay_down("F11", number="R6", outcome="failed", status=401, error="invalid_grant")
    page = text_of(Client().get("/break/F11", {"run": str(flight.uuid)}))
    assert "failed R6 key found, signature good 401 invalid_grant" in page
    assert ("By the rules of now another answer is announced" not in page) == is_announced


@pytest.mark.parametrize("path", ["/break", "/break/F01", "/break/F01/arm", "/break/F01/run", "/break/clear"])
def test_without_a_stage_there_is_no_such_page(settings: Any, path: str) -> None:
    settings.STAGE_KEY = ""
    assert Client().get(path).status_code in (404, 405)
    assert Client().post(path).status_code in (404, 405)
    assert state.read().faults == ()


# Switches


def test_it_is_armed_for_one_flow_kept_and_cleared_by_one_press_each(parties: responses.RequestsMock) -> None:
    answer = Client().post("/break/F03/arm")
    assert (answer.status_code, answer["Location"]) == (303, "/break#F03")
    assert state.read().faults == (Armed("F03", "one-shot"),)
    assert last_told(parties, "faults") == {"faults": [{"id": "F03", "mode": "one-shot", "trace": ""}]}
    page = Client().get("/break")
    assert page.content.decode().count('aria-checked="true"') == 1
    assert "Armed: 1" in text_of(page)
    Client().post("/break/F03/arm", {"mode": "sticky"})
    assert state.read().faults == (Armed("F03", "sticky"),)
    assert "until it is cleared" in text_of(Client().get("/break"))
    Client().post("/break/F21/arm")
    Client().post("/break/clear", {"number": "F03"})
    assert state.read().faults == (Armed("F21", "one-shot"),)
    Client().post("/break/clear")
    assert state.read().faults == ()
    assert last_told(parties, "faults") == {"faults": []}


@pytest.mark.parametrize(
    ("sent", "back"),
    [({}, "/break#F03"), ({"from": "one"}, "/break/F03"), ({"q": "aud R7"}, "/break?q=aud+R7#F03")],
)
def test_one_comes_back_to_where_the_button_was(parties: Any, sent: dict[str, str], back: str) -> None:
    assert Client().post("/break/F03/arm", sent)["Location"] == back


def test_what_a_party_does_not_take_is_armed_nowhere_and_says_why(wire: responses.RequestsMock) -> None:
    for door in DOORS:
        if door.place != "idp":
            wire.post(f"{door.url}/-/stage/faults", json={})
    refusal = {"error": "invalid_request", "message": "The lab signs nothing here."}
    wire.post(f"{IDP}/-/stage/faults", status=400, json=refusal)
    browser = Client()
    answer = browser.post("/break/F03/arm")
    assert state.read().faults == ()
    page = browser.get(answer["Location"]).content.decode()
    assert "F03 is not armed. Acme IdP did not take it: The lab signs nothing here." in page


def test_a_form_of_another_site_arms_nothing(parties: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/break/F03/arm").status_code == 403
    assert state.read().faults == ()


@pytest.mark.parametrize(("number", "place", "skew"), [("F15", "todo0", -600), ("F20", "idp", 691_200)])
def test_a_fault_of_a_clock_puts_one_partys_clock_wrong_and_right_again(
    parties: responses.RequestsMock, number: str, place: str, skew: int
) -> None:
    Client().post(f"/break/{number}/arm")
    told = {door.place: last_told(parties, "clock", door.place)["skew"] for door in DOORS}
    assert told == {door.place: skew if door.place == place else 0 for door in DOORS}
    Client().post("/break/clear")
    assert {last_told(parties, "clock", door.place)["skew"] for door in DOORS} == {0}


# Running


def test_it_is_armed_for_the_flight_alone_once_the_person_is_signed_in(parties: Any, grounded: list[Any]) -> None:
    answer = Client().post("/break/F17/run", {"said": "1"})
    (person, words, before_asking) = grounded[0]
    assert (person, words) == ("dan", load_faults()["F17"].prompt)
    assert state.read().faults == ()
    before_asking("c" * 32)
    assert state.read().faults == (Armed("F17", "one-shot", "c" * 32),)
    assert answer["Location"] == f"/break/F17?run={Flight.objects.get().uuid}&said=1#result"


def test_a_sticky_one_stays_as_it_is(parties: Any, grounded: list[Any]) -> None:
    Client().post("/break/F03/arm", {"mode": "sticky"})
    Client().post("/break/F03/run")
    grounded[0][2]("c" * 32)
    assert state.read().faults == (Armed("F03", "sticky"),)


@pytest.mark.parametrize(("said", "told"), [("1", "As you said."), ("0", "Not as you said.")])
def test_the_prediction_is_compared_with_what_happened(said: str, told: str) -> None:
    flight = lay_down("F01", number="R9", outcome="failed", status=400, error="invalid_grant")
    page = text_of(Client().get("/break/F01", {"run": str(flight.uuid), "said": said}))
    assert told in page
    assert load_faults()["F01"].choices[1] in page


def test_what_happened_is_shown_with_the_check_its_note_and_who_mends_it() -> None:
    flight = lay_down("F01", number="R9", outcome="failed", status=400, error="invalid_grant")
    page = text_of(Client().get("/break/F01", {"run": str(flight.uuid)}))
    assert "failed R9 not expired 400 invalid_grant" in page
    assert "exp: expected a later time" in page
    assert (
        f"/recorder/traces/{flight.trace_id}"
        in Client().get("/break/F01", {"run": str(flight.uuid)}).content.decode()
    )


def test_a_flight_under_way_is_looked_at_again_and_one_that_has_landed_is_not() -> None:
    flight = Flight.objects.create(
        trace_id="d" * 32, person="alice", words="x", step="Alice signs in.", started_at=autopilot.timezone.now()
    )
    at = f"/break/F01?run={flight.uuid}&said=1"
    answer = Client().get(at)
    assert answer["Refresh"] == f"1; url={at}&look=1#result"
    assert "Alice signs in." in text_of(answer)
    assert Client().get(f"{at}&look=1")["Refresh"] == f"1; url={at}&look=2#result", (
        "to where it is, a browser scrolls"
    )
    assert Client().get(f"{at}&look=x")["Refresh"] == f"1; url={at}&look=1#result"
    Flight.objects.update(state="lost", note="A page was not as expected.")
    answer = Client().get("/break/F01", {"run": str(flight.uuid)})
    assert "Refresh" not in answer
    assert "A page was not as expected." in text_of(answer)


def test_the_page_asks_again_until_its_fault_is_off_again(parties: Any) -> None:
    flight = lay_down("F03", number="R7", outcome="failed", status=400, error="invalid_grant")
    at = f"/break/F03?run={flight.uuid}"
    arming.arm("F03", trace=flight.trace_id)
    assert "Refresh" in Client().get(at)
    arming.clear(["F03"])
    assert "Refresh" not in Client().get(at)
    arming.arm("F03", trace="d" * 32)
    assert "Refresh" not in Client().get(at), "another flow's fault is not waited for"


@pytest.mark.parametrize("run", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_run_that_there_was_not_is_not_found(run: str) -> None:
    assert Client().get("/break/F01", {"run": run}).status_code == 404


def lay_down(fault: str, *, number: str, outcome: str, status: int, error: str) -> Flight:
    """Alice's happy path as it was recorded, but for the redemption, which went as a fault has it."""
    trace = evidence.lay_down("rest")
    redemptions = [
        one
        for one in Record.objects.filter(trace_id=trace)
        if one.exchange and "/oauth/token" in one.exchange["url"]
    ]
    for record in redemptions:
        record.faults = [fault]
        record.exchange["response"] |= {"status": status, "body": json.dumps({"error": error})}
        if record.kind == Record.Kind.SERVER:
            note = "exp: expected a later time, found an earlier one"
            record.checks = [
                {"number": number, "name": "", "title": "", "outcome": outcome, "note": note, "at": "2026-01-01"}
            ]
        record.save()
    return Flight.objects.create(
        trace_id=trace, person="alice", words="x", state="landed", badge="x", started_at=autopilot.timezone.now()
    )


# One flow


def work_of(trace: str) -> Record:
    """What Agent0's worker records last of one attempt: a span of Celery's, around all that it asked for."""
    last = Record.objects.filter(trace_id=trace).latest("ended_at")
    return Record.objects.create(
        trace_id=trace,
        span_id="e" * 16,
        place="agent0",
        instance="worker",
        kind=Record.Kind.CONSUMER,
        name="run/agent0.run_job",
        started_at=last.started_at,
        ended_at=last.ended_at,
        attributes={"celery.task_name": "agent0.run_job"},
    )


def test_a_one_shot_is_cleared_when_a_flow_that_met_it_is_over(parties: Any) -> None:
    trace = evidence.lay_down("rest")
    Record.objects.filter(trace_id=trace).update(faults=["F03", "F31"])
    Client().post("/break/F03/arm")
    Client().post("/break/F31/arm", {"mode": "sticky"})
    Client().post("/break/F30/arm")
    one_shot.disarm_spent(records=[work_of(trace)])
    assert {one.id for one in state.read().faults} == {"F31", "F30"}


def test_a_one_shot_outlives_whatever_is_no_work_of_agent0s(parties: Any) -> None:
    trace = evidence.lay_down("rest")
    Record.objects.filter(trace_id=trace).update(faults=["F03"])
    Client().post("/break/F03/arm")
    others = [one for one in Record.objects.filter(trace_id=trace) if not findings.is_work(one)]
    assert others
    one_shot.disarm_spent(records=others)
    assert [one.id for one in state.read().faults] == ["F03"]


def test_a_flow_that_began_before_it_was_armed_does_not_clear_it(parties: Any) -> None:
    trace = evidence.lay_down("rest")
    Client().post("/break/F03/arm")
    one_shot.disarm_spent(records=[work_of(trace)])
    assert [one.id for one in state.read().faults] == ["F03"]


def test_while_nothing_is_armed_evidence_costs_one_statement_more(django_assert_num_queries: Any) -> None:
    trace = evidence.lay_down("rest")
    work_of(trace)
    records = list(Record.objects.filter(trace_id=trace))
    with django_assert_num_queries(1):
        one_shot.disarm_spent(records=records)
    with django_assert_num_queries(0):
        one_shot.disarm_spent(records=[one for one in records if not findings.is_work(one)])
