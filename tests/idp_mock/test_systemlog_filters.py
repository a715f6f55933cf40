"""The system log filtered, and taken away as CSV and JSON: both hold exactly what the page shows."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.export import AT_MOST
from idp_mock.systemlog.models import EVENT_CONNECTION, Event
from idp_mock.systemlog.record import record
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import signed_in, text_of
from tests.idp_mock.exchange_world import TODO0_ISSUER, World, last_event, sign_in

pytestmark = pytest.mark.django_db
LOG = "/acme/admin/log"


@pytest.fixture
def busy(world: World) -> World:
    """Alice was allowed and then refused at an unknown audience; Bob was refused; Carol changed the policy."""
    world.exchange()
    for wrong in (
        {"audience": "https://unknown.example"},
        {"subject_token": world.id_token(sign_in(world.agent0, world.person(people.BOB), now=world.now))},
    ):
        with pytest.raises(OAuthError):
            world.exchange(**wrong)
    record(
        Event(
            enterprise=world.acme,
            at=world.now - timedelta(days=2),
            event_type=EVENT_CONNECTION,
            outcome="allowed",
            person_name="Carol Castro",
            reason="Status: on → off",
        )
    )
    return world


FILTERS = [
    ({"person": "alice"}, {"all", "I8"}),
    ({"person": people.BOB.sub}, {"I10"}),
    ({"person": "nobody of that name"}, set()),
    ({"requesting": "agent0-at-acme"}, {"all", "I8", "I10"}),
    ({"requesting": "evil0-at-acme"}, set()),
    ({"resource": TODO0_ISSUER}, {"all", "I10"}),
    ({"outcome": "denied"}, {"I8", "I10"}),
    ({"kind": "policy"}, {"change"}),
    ({"kind": "app.oauth2.token.grant.id_jag"}, {"all", "I8", "I10"}),
    ({"person": "alice", "outcome": "denied"}, {"I8"}),
    ({"until": "yesterday"}, {"change"}),
    ({"since": "yesterday", "outcome": "allowed", "kind": "id-jag"}, {"all"}),
]


def dated(asked: dict[str, str]) -> dict[str, str]:
    yesterday = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    return {name: yesterday if value == "yesterday" else value for name, value in asked.items()}


def kinds_in(text: str) -> set[str]:
    signs = {"all": "Agent0 asked to act at Todo0 asked", "I8": "Unknown audience", "I10": "not for any group"}
    found = {name for name, sign in signs.items() if sign in text}
    return found - {"all"} | ({"all"} if "All 15 checks passed." in text else set())


@pytest.mark.parametrize(("asked", "expected"), FILTERS, ids=str)
def test_the_page_and_both_exports_agree_on_every_filter(
    carol: Client, busy: World, asked: dict[str, str], expected: set[str]
) -> None:
    asked = dated(asked)
    page = text_of(carol.get(LOG, asked))
    assert kinds_in(page) == expected - {"change"}
    assert ("Status: on → off" in page) is ("change" in expected)
    rows = read_csv(carol.get(f"{LOG}.csv", asked))
    events = read_json(carol.get(f"{LOG}.json", asked))["events"]
    assert {row["refused_by"] or ("all" if row["jti"] else "change") for row in rows} == expected
    assert [event["uuid"] for event in events] == [
        str(pk)
        for pk in Event.objects.filter(pk__in=[e["uuid"] for e in events])
        .order_by("-pk")
        .values_list("pk", flat=True)
    ]
    assert len(events) == len(rows) == len(expected)


def read_csv(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def read_json(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return json.loads(response.getvalue())


@pytest.mark.parametrize(
    "asked", [{"outcome": "perhaps"}, {"kind": "x"}, {"requesting": "x"}, {"since": "tomorrow"}, {"person": "\0"}]
)
def test_what_is_no_filter_is_said_on_the_page_and_stops_an_export(
    carol: Client, busy: World, asked: dict[str, str]
) -> None:
    page = carol.get(LOG, asked)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert f"{LOG}.csv" not in page.content.decode(), "and no export is offered"
    for ending in ("csv", "json"):
        answer = carol.get(f"{LOG}.{ending}", asked)
        assert answer.status_code == 400
        assert answer.content.decode() == f"Not a filter of this log: {next(iter(asked))}."
    assert carol.get(f"{LOG}.csv", {"outcome": "denied"}).status_code == 200


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(carol: Client, acme: Enterprise, cell: str) -> None:
    record(Event(enterprise=acme, at=clock.now(), event_type="numbered", outcome="denied", audience=cell))
    record(
        Event(enterprise=acme, at=clock.now(), event_type="numbered", outcome="denied", audience="https://a-b/=1")
    )
    plain, guarded = (row["audience"] for row in read_csv(carol.get(f"{LOG}.csv", {"outcome": "denied"})))
    assert plain == "https://a-b/=1", "what is no formula stays as it is"
    assert guarded == f"'{cell}"


@pytest.mark.parametrize("cell", ["x;=1+1", "x; @y", "x\t+1", "x|-1", "x\n=1"])
def test_no_part_of_a_cell_is_a_formula_where_a_semicolon_parts_cells(
    carol: Client, acme: Enterprise, cell: str
) -> None:
    for audience in ("a; b=c", cell):
        record(Event(enterprise=acme, at=clock.now(), event_type="numbered", outcome="denied", audience=audience))
    guarded, plain = (row["audience"] for row in read_csv(carol.get(f"{LOG}.csv", {"outcome": "denied"})))
    assert plain == "a; b=c", "what is no formula stays as it is"
    assert guarded.replace("'", "") == cell
    assert guarded[guarded.index("'") + 1] in "=+-@"


def test_an_export_is_bounded_and_says_when_it_was_cut(
    carol: Client, acme: Enterprise, django_assert_max_num_queries: Any
) -> None:
    filler = {"enterprise": acme, "at": clock.now(), "event_type": "numbered", "outcome": "denied"}
    Event.objects.bulk_create([Event(**filler) for _ in range(AT_MOST)], batch_size=2000)
    whole = read_json(carol.get(f"{LOG}.json", {"outcome": "denied"}))
    assert (len(whole["events"]), whole["truncated"]) == (AT_MOST, False)
    Event.objects.create(**filler)
    with django_assert_max_num_queries(6):
        cut = read_json(carol.get(f"{LOG}.json", {"outcome": "denied"}))
    assert (len(cut["events"]), cut["truncated"]) == (AT_MOST, True)
    assert read_csv(carol.get(f"{LOG}.csv", {"outcome": "denied"}))[-1]["at"].startswith("Cut after 10000 entries")


def test_the_json_has_the_shape_of_oktas_log_events(carol: Client, busy: World) -> None:
    change, bobs, *_ = (
        read_json(carol.get(f"{LOG}.json", {"kind": "policy"}))["events"]
        + read_json(carol.get(f"{LOG}.json", {"person": "bob"}))["events"]
    )
    assert (change["eventType"], change["debugContext"]["debugData"]["eventTypeHere"]) == (
        "policy.rule.update",
        "policy.xaa.connection.update",
    )
    assert bobs["eventType"] == "app.oauth2.token.grant.id_jag"
    assert bobs["outcome"] == {
        "result": "FAILURE",
        "reason": "The connection is not for any group this person is in.",
    }
    assert bobs["actor"] == {"type": "User", "id": people.BOB.sub, "displayName": "Bob Brandt"}
    assert [target["displayName"] for target in bobs["target"]] == ["Agent0", "Todo0"]
    assert [check["number"] for check in bobs["debugContext"]["debugData"]["checks"]][:2] == ["I1", "I2"]


def test_an_entry_tells_where_its_request_came_from(carol: Client, world: World) -> None:
    world.post(Client(headers={"User-Agent": "agent0/1.0", "traceparent": "00-ab-cd-01"}))
    assert last_event().request == {
        "address": "127.0.0.1",
        "user_agent": "agent0/1.0",
        "path": "POST /acme/token",
        "trace": "00-ab-cd-01",
    }
    assert "By program agent0/1.0 Trace 00-ab-cd-01" in text_of(carol.get(LOG))
    world.exchange()
    assert last_event().request == {}, "what no request caused has no origin left over from another"


def test_a_clients_name_for_itself_is_cut_and_an_address_it_claims_is_not_believed(world: World) -> None:
    world.post(Client(headers={"User-Agent": "x" * 5000, "X-Forwarded-For": "198.51.100.7"}))
    origin = last_event().request
    assert (len(origin["user_agent"]), origin["address"]) == (300, "127.0.0.1")


def test_no_token_that_a_query_held_is_in_the_log(carol: Client, acme: Enterprise) -> None:
    carol.get("/acme/logout", {"id_token_hint": "eyJ.secret.sig"})
    assert "eyJ.secret.sig" not in str(list(Event.objects.values()))


def test_a_long_log_costs_as_many_statements_as_a_short_one(
    carol: Client, busy: World, django_assert_max_num_queries: Any
) -> None:
    for _ in range(60):
        busy.exchange()
    with django_assert_max_num_queries(7):
        assert "All 15 checks passed." in text_of(carol.get(LOG))


def test_an_export_holds_only_the_own_enterprises_log(carol: Client, busy: World) -> None:
    assert read_json(carol.get(f"{LOG}.json", {"kind": "id-jag"}))["events"]
    theirs = signed_in(people.GLOBEX_ALICE)
    assert read_json(theirs.get("/globex/admin/log.json", {"kind": "id-jag"}))["events"] == []
