"""The last ID-JAG of a month, asked for by several at once: one gets it, whoever counted what before.

Over whole servers it is proved by ``tests/flow/test_7_quota.py``.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.seed import seed
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.id_jag import before_signing
from stage.kit import people
from stage.kit.registrations import AGENT0_AT_ACME
from tests.at_once import at_once
from tests.idp_mock.exchange_world import World, last_event, make_world

pytestmark = pytest.mark.django_db(transaction=True)
QUOTA, RACERS = 5, 12


@pytest.fixture
def world(transactional_db: None) -> World:
    """Tests that commit empty the tables behind them."""
    if not Enterprise.objects.exists():
        seed()
    agent0 = App.objects.select_related("enterprise").get(client_id=AGENT0_AT_ACME.client_id)
    world = make_world(agent0, Person.objects.get(enterprise=agent0.enterprise, sub=people.ALICE.sub))
    agent0.connections.update(monthly_quota=QUOTA)
    return world


@pytest.fixture
def overtaken(world: World) -> Iterator[list[str]]:
    """When an ID-JAG is about to be signed, another request gets one first, as often as the list is long."""
    others: list[str] = []

    def overtake(**_signal: Any) -> None:
        if others:
            others.pop()
            world.exchange()

    before_signing.connect(overtake)
    yield others
    before_signing.disconnect(overtake)


def ask(world: World) -> str:
    try:
        world.exchange()
    except OAuthError as refused:
        return refused.check
    return "granted"


def numbers() -> list[int]:
    return sorted(Event.objects.exclude(quota_number=None).values_list("quota_number", flat=True))


def test_of_many_at_once_as_many_are_granted_as_there_are_left(world: World) -> None:
    form = world.form()  # and the key is loaded
    world.exchange(**form)
    answers = at_once(*[lambda: ask(world)] * RACERS)
    assert Counter(answers) == {"granted": QUOTA - 1, "I9": RACERS - QUOTA + 1}
    assert numbers() == list(range(1, QUOTA + 1))
    assert Event.objects.filter(outcome="denied", refused_by="I9").count() == RACERS - QUOTA + 1


def test_whoever_is_overtaken_takes_the_next_number(world: World, overtaken: list[str]) -> None:
    overtaken.append("once")
    assert ask(world) == "granted"
    assert numbers() == [1, 2]
    outcomes = Counter(verdict["outcome"] for verdict in last_event().checks)
    assert outcomes == {"passed": 15}, "each check once, as it went in the end"


def test_whoever_is_overtaken_on_the_last_is_refused_and_told_why(world: World, overtaken: list[str]) -> None:
    for _ in range(QUOTA - 1):
        world.exchange()
    overtaken.append("once")
    assert ask(world) == "I9"
    event = last_event()
    assert (event.outcome, event.jti) == ("denied", "")
    assert "quota of 5 ID-JAGs a month" in event.reason
    verdicts = [(verdict["number"], verdict["outcome"]) for verdict in event.checks]
    assert verdicts[7:10] == [("I8", "passed"), ("I9", "failed"), ("I10", "not reached")]
    assert numbers() == list(range(1, QUOTA + 1))


def test_what_was_switched_off_meanwhile_is_off_for_whoever_is_judged_anew(
    world: World, overtaken: list[str]
) -> None:
    overtaken.append("once")

    def switch_off(**_signal: Any) -> None:
        world.agent0.connections.update(is_on=False)

    before_signing.connect(switch_off)
    assert ask(world) == "I9"
    before_signing.disconnect(switch_off)
    assert "switched this connection off" in last_event().reason


def test_only_a_race_costs_statements(world: World, overtaken: list[str]) -> None:
    """Session, standing, log; each anew for whoever was overtaken. The client is the fourth."""
    form = world.form()
    world.exchange(**form)
    for others, statements in ([], 3), (["once"], 3 + 3 + 3):
        overtaken[:] = others
        with CaptureQueriesContext(database) as found:
            world.exchange(**form)
        assert len(found) == statements, [one["sql"][:80] for one in found]
