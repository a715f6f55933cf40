"""What an exchange leaves behind (a row, some lines, nothing secret), and what it costs."""

import logging
import re
from typing import Any

import pytest
from django.test import Client

from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event
from xaa import jose

# The system log

COUNTED = 1  # a failure is counted, in one statement (xaa.throttle)


@pytest.mark.spec("TX-34")
def test_a_granted_exchange_is_in_the_system_log(world: World) -> None:
    answer = world.exchange()
    event = Event.objects.get()
    assert (event.event_type, event.outcome, event.refused_by) == ("app.oauth2.token.grant.id_jag", "allowed", "")
    assert (event.person_sub, event.person_name) == (people.ALICE.sub, people.ALICE.name)
    assert (event.requesting_client_id, event.requesting_app_name) == ("agent0-at-acme", "Agent0")
    assert (event.audience, event.resource_app_name, event.resource) == (TODO0_ISSUER, "Todo0", TODO0_API)
    assert (event.scope_asked, event.scope_granted) == ("todos.read todos.write", "todos.read todos.write")
    assert event.jti == jose.peek(answer["access_token"]).unverified_claims["jti"]
    assert [verdict["outcome"] for verdict in event.checks] == ["passed"] * 15
    assert event.at == world.now
    assert event.enterprise == world.acme


def test_an_unverified_token_puts_nobodys_name_into_the_log(world: World) -> None:
    forged = world.altered_id_token(key=jose.generate_signing_key("ES256"))
    with pytest.raises(OAuthError):
        world.exchange(subject_token=forged)
    assert (last_event().person_sub, last_event().person_name) == ("", "")
    with pytest.raises(OAuthError):
        world.exchange(subject_token=world.altered_id_token(exp=1))
    assert last_event().person_name == people.ALICE.name


@pytest.mark.spec("TX-34")
def test_a_request_for_an_unknown_audience_is_logged_with_what_it_asked_for(world: World) -> None:
    with pytest.raises(OAuthError):
        world.exchange(audience="https://unknown.example", resource=["https://a.example", "https://b.example"])
    event = last_event()
    assert (event.audience, event.resource_app_name) == ("https://unknown.example", "")
    assert event.resource == "https://a.example https://b.example"


def test_a_request_leaves_no_more_in_the_log_than_fits_on_a_page(world: World) -> None:
    many = " ".join(f"scope{number}" for number in range(10_000))
    assert world.exchange(scope=f"todos.read {many}")["scope"] == "todos.read"
    row = Event.objects.values().get()
    assert "scope0 scope1 " in str(row["checks"])
    assert len(str(row)) < 5000


@pytest.mark.spec("SEC-30")
def test_no_token_and_no_secret_is_in_the_system_log_or_in_a_log_line(
    world: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    values = []
    for subject in [*world.subjects(), {"subject_token": world.altered_id_token(exp=1)}]:
        values += [subject["subject_token"], world.post(client, **subject).json().get("access_token")]
    kept = caplog.text + "".join(str(row) for row in Event.objects.values())
    for value in filter(None, values):
        assert value not in kept
        assert value.rpartition(".")[2] not in kept
    assert not re.search(r"eyJ[\w-]{10}", kept)
    assert "test-only" not in kept  # what every secret of a test run begins with


def test_every_check_leaves_one_log_line_with_its_number_and_outcome(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="idp_mock.token_exchange")
    with pytest.raises(OAuthError):
        world.exchange(audience="https://unknown.example")
    verdicts = [record.verdict for record in caplog.records if record.name == "idp_mock.token_exchange"]
    assert len(verdicts) == 15
    assert [(verdict.number, verdict.name, verdict.outcome) for verdict in verdicts[6:9]] == [
        ("I7", "check_person", "passed"),
        ("I8", "check_audience", "failed"),
        ("I9", "check_connection", "not reached"),
    ]


def test_without_its_row_in_the_log_no_id_jag_leaves(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Event, "save", full)
    with pytest.raises(OSError, match="disk full"):
        world.exchange()


# The price


def test_a_whole_exchange_takes_four_sql_statements(
    world: World, client: Client, django_assert_num_queries: Any
) -> None:
    """Client, subject, standing, log. A transaction would show as two more (BEGIN, or SAVEPOINT in a test)."""
    bodies = [world.form(**subject) for subject in world.subjects()]
    for body in bodies:
        with django_assert_num_queries(4):
            assert world.post(client, **body).status_code == 200


@pytest.mark.parametrize(
    ("override", "statements"),
    [
        ({"requested_token_type": None}, 2),
        ({"subject_token": "not-a-jwt"}, 2 + COUNTED),
        ({"audience": "https://unknown.example"}, 4),
        ({"resource": "https://mail.example/api"}, 4),
    ],
)
def test_a_refused_exchange_costs_no_more(
    world: World, client: Client, django_assert_num_queries: Any, override: dict[str, str], statements: int
) -> None:
    body = world.form() | {name: [value] if value else [] for name, value in override.items()}
    with django_assert_num_queries(statements):
        assert world.post(client, **body).status_code == 400
