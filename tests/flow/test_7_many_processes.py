"""Todo0 served by four processes over one database, as a product is: what happens once happens once in all.

Three more server processes are started beside the demo's own. They share nothing with it but the database, so what
holds here is held by that (SQLite, or PostgreSQL with ``make test-services``) and by no process's memory.
"""

import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from stage.autopilot.browser import TIMEOUT
from tests.cast import DAN
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator
from tests.flow.more_processes import more_of, race, redeem_at
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire, read_jwt

RACERS = 64
FIRST_SIGN_INS = NEWCOMER_REDEMPTIONS = 20
SWITCH = """
import json, sys
from todo0.federation.models import Connection
Connection.objects.filter(slug="acme").update(jit_accounts=json.load(sys.stdin))
print("{}")
"""
COUNT = """
import json, sys
from django.contrib.auth.models import User
from xaa.signin.models import FederatedIdentity
bound = FederatedIdentity.objects.filter(subject=json.load(sys.stdin))
print(json.dumps({"accounts": User.objects.count(), "subs": list(bound.values_list("user__username", flat=True))}))
"""
FORGET = """
import json, sys
from django.contrib.auth.models import User
User.objects.filter(federated_identities__subject=json.load(sys.stdin)).delete()
print("{}")
"""


@pytest.fixture(scope="module")
def processes(demo: Demo) -> Iterator[list[str]]:
    """Where the four listen; the first is the demo's own."""
    with more_of("todo0", demo, 3) as others:
        yield [demo.url("todo0"), *others]


@pytest.fixture
def dan_is_new(demo: Demo) -> Iterator[None]:
    """He has no account, before and after; and no connection makes him one but in this test."""
    assert ask_operator(demo, "todo0", COUNT, given=DAN.sub)["subs"] == []
    yield
    ask_operator(demo, "todo0", SWITCH, given=False)
    ask_operator(demo, "todo0", FORGET, given=DAN.sub)


@pytest.mark.spec("RD-20", "SEC-11")
def test_of_sixty_four_redemptions_of_one_id_jag_over_four_processes_one_wins(
    wire: Wire, processes: list[str], agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    for url in processes:  # a good one passes at each of them
        id_jag = wire.id_jag(agent0, alice["id_token"])
        assert redeem_at(wire, url, agent0_there, id_jag).status_code == 200
    raced = wire.id_jag(agent0, alice["id_token"])
    answers = race(RACERS, lambda number: redeem_at(wire, processes[number % 4], agent0_there, raced))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * (RACERS - 1)]


@pytest.mark.spec("SR-08", "SR-09")
@pytest.mark.usefixtures("dan_is_new")
def test_parallel_redemptions_for_a_newcomer_over_four_processes_give_one_account(
    wire: Wire, demo: Demo, processes: list[str], agent0: Client, agent0_there: Client
) -> None:
    id_token = wire.sign_in(agent0, DAN)["id_token"]
    id_jags = [wire.id_jag(agent0, id_token) for _ in range(NEWCOMER_REDEMPTIONS + 1)]
    assert redeem_at(wire, processes[0], agent0_there, id_jags.pop()).status_code == 400, "off by default"
    ask_operator(demo, "todo0", SWITCH, given=True)
    before = ask_operator(demo, "todo0", COUNT, given=DAN.sub)
    answers = race(
        NEWCOMER_REDEMPTIONS,
        lambda number: redeem_at(wire, processes[number % 4], agent0_there, id_jags[number]),
    )
    assert [answer.status_code for answer in answers] == [200] * NEWCOMER_REDEMPTIONS
    after = ask_operator(demo, "todo0", COUNT, given=DAN.sub)
    assert after["accounts"] == before["accounts"] + 1
    assert {read_jwt(answer.json()["access_token"])[1]["sub"] for answer in answers} == set(after["subs"])
    wire.remember(*(answer.json()["access_token"] for answer in answers))


@pytest.mark.spec("SR-09")
@pytest.mark.usefixtures("dan_is_new")
def test_parallel_first_sign_ins_over_four_processes_give_one_account(
    wire: Wire, demo: Demo, processes: list[str]
) -> None:
    """Dan comes back from Acme with twenty browsers at once, each to one of the four."""
    before = ask_operator(demo, "todo0", COUNT, given=DAN.sub)
    arrivals = [arrive(wire, demo) for _ in range(FIRST_SIGN_INS)]

    def come_back(number: int) -> requests.Response:
        visitor, callback = arrivals[number]
        where = urlsplit(callback)
        return visitor.session.get(
            f"{processes[number % 4]}{where.path}?{where.query}",
            headers={"Host": where.netloc, "Cookie": cookies_of(visitor)},
            allow_redirects=False,
            timeout=TIMEOUT,
        )

    answers = race(FIRST_SIGN_INS, come_back)
    assert [answer.status_code for answer in answers] == [302] * FIRST_SIGN_INS
    after = ask_operator(demo, "todo0", COUNT, given=DAN.sub)
    assert (after["accounts"], len(after["subs"])) == (before["accounts"] + 1, 1)


def arrive(wire: Wire, demo: Demo) -> tuple[Visitor, str]:
    """A browser of Dan's on its way back to Todo0: it and the address that it was sent to."""
    visitor, callback = wire.visitor(), demo.facts["todo0"]["redirect_uri"]
    page = visitor.click(visitor.open(demo.url("todo0")), "Sign in with Acme")
    page = visitor.sign_in_at_idp(page, DAN, stop_at=callback)
    assert page.url.startswith(callback), f"{page.url} {page.status}"
    return visitor, page.url


def cookies_of(visitor: Visitor) -> str:
    """All of them, as a browser sends them to localhost on any port."""
    return "; ".join(f"{one.name}={one.value}" for one in visitor.session.cookies)


@pytest.mark.spec("SEC-34")
def test_failed_authentication_is_counted_over_four_processes(wire: Wire, processes: list[str]) -> None:
    """The thirty-first failure in a minute is told to wait, wherever the thirty before it went."""
    guess = Client("nobody", "todo0", f"guessed-{os.getpid()}-{time.time_ns()}", "wrong")
    answers = race(48, lambda number: redeem_at(wire, processes[number % 4], guess, "no.id.jag"))
    assert sorted(answer.status_code for answer in answers) == [401] * 30 + [429] * 18
