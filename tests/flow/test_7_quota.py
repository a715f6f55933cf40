"""A person's monthly quota at an IdP of four processes over one database: so many at once, and not one more.

They share no memory: what holds here is held by the database (SQLite, or PostgreSQL with ``make test-services``).
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.flow.demo import Demo
from tests.flow.lab import CONNECT_PAY0, FORGET_PAY0, ask_operator
from tests.flow.more_processes import exchange_at, more_of, race
from tests.flow.wire import Client, Wire, read_jwt

RACERS, QUOTA = 64, 24
PAY0 = {"audience": "https://pay0.example", "resource": "https://pay0.example/api", "scope": "pay"}
READ_LOG = """
import json
from idp_mock.systemlog.models import Event
found = Event.objects.filter(audience="https://pay0.example").order_by("pk")
print(json.dumps({"events": list(found.values_list("outcome", "refused_by", "quota_number", "jti"))}))
"""


@pytest.fixture
def processes(demo: Demo) -> Iterator[list[str]]:
    """Where the four listen; the first is the demo's own. At Acme there is an app with a small quota."""
    ask_operator(demo, "idp_mock", CONNECT_PAY0, given={"monthly_quota": QUOTA})
    with more_of("idp_mock", demo, 3) as others:
        yield [demo.url("idp"), *others]
    ask_operator(demo, "idp_mock", FORGET_PAY0)


def test_of_sixty_four_requests_at_once_over_four_processes_as_many_are_granted_as_the_quota_has(
    wire: Wire, demo: Demo, processes: list[str], agent0: Client, alice: dict[str, str]
) -> None:
    before = len(ask_operator(demo, "idp_mock", READ_LOG)["events"])
    for url in processes:  # a good one passes at each of them, and counts
        assert exchange_at(wire, url, agent0, alice["id_token"], **PAY0).status_code == 200
    left = QUOTA - len(processes)
    answers = race(
        RACERS,
        lambda number: exchange_at(wire, processes[number % 4], agent0, alice["id_token"], **PAY0),
    )
    assert Counter(answer.status_code for answer in answers) == {200: left, 400: RACERS - left}
    granted = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    wire.remember(*granted)
    refused = [answer.json() for answer in answers if answer.status_code == 400]
    assert {one["error"] for one in refused} == {"invalid_target"}
    assert all(f"quota of {QUOTA} ID-JAGs a month" in one["error_description"] for one in refused)

    events = ask_operator(demo, "idp_mock", READ_LOG)["events"][before:]
    allowed = [one for one in events if one[0] == "allowed"]
    assert sorted(number for _, _, number, _ in allowed) == list(range(1, QUOTA + 1))
    assert {read_jwt(token)[1]["jti"] for token in granted} < {jti for *_, jti in allowed}
    denied = [one for one in events if one[0] == "denied"]
    assert Counter(refused_by for _, refused_by, _, _ in denied) == {"I9": RACERS - left}
