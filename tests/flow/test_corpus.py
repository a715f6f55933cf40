"""Every bad message of the corpus against the running demo: the answer, the check that said no, nothing burnt.

Each vector is one change away from a good message. The good one is sent again after every refusal, for an ID-JAG
with the very ``jti`` of the refused one, and must pass: so the change alone was the reason, and it cost nothing.
"""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.corpus.vectors import SERVED, Vector, load_vectors
from tests.flow.bench import GOOD, STEPPED_UP, Bench, make_benches
from tests.flow.demo import Demo
from tests.flow.lab import CONNECT_PAY0, FORGET_PAY0, ask_operator
from tests.flow.wire import Wire

FAILED = re.compile(
    r"(?:xaa\.jwt_bearer|idp_mock\.token_exchange|todo0\.(?:api|mcp)\.checks) ([IRA]\d+) \w+ failed"
)
JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.eyJ")


def every(family: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", [as_parameter(one) for one in vectors_here(family)])


def vectors_here(family: str) -> list[Vector]:
    """Those of the demo as it is. Its API asks for no better sign-in; in ``test_4_step_up`` it does."""
    return [one for one in load_vectors(family) if (family, one.good) != ("api", STEPPED_UP)]


def as_parameter(vector: Vector) -> Any:
    return pytest.param(vector, id=vector.id, marks=pytest.mark.spec(*vector.rows))


@pytest.fixture(scope="module")
def benches(wire: Wire, demo: Demo, alice: dict[str, str]) -> Iterator[dict[str, Bench]]:
    since, broken = len(demo.lines), len(wire.notes.broken)
    strict = {"second_factor_scopes": ["pay"], "max_authentication_age": 3600}
    ask_operator(demo, "idp_mock", CONNECT_PAY0, given=strict)
    yield make_benches(wire, alice)
    ask_operator(demo, "idp_mock", FORGET_PAY0)
    assert wire.notes.broken[broken:] == []
    assert [line for line in demo.lines[since:] if JWT.search(line)] == []
    assert [line for line in demo.lines[since:] if "Traceback" in line] == []


def failed_checks(demo: Demo, since: int) -> list[str]:
    found = (FAILED.search(line) for line in demo.lines[since:])
    return [match[1] for match in found if match]


def wait_for_verdict(demo: Demo, since: int) -> None:
    """The log comes through a pipe, a moment after the answer."""
    deadline = time.monotonic() + 5
    while not failed_checks(demo, since) and time.monotonic() < deadline:
        time.sleep(0.002)


def error_in(answer: requests.Response) -> str:
    return str(answer.json().get("error")) if answer.status_code != 405 else ""


def see_refused(bench: Bench, vector: Vector) -> None:
    demo, jti = bench.wire.demo, f"{vector.id}-{time.time_ns()}"
    good = replace(GOOD, good=vector.good)
    if "replay" in vector.change or vector.change.get("proof") == "used":
        first = jti if "replay" in vector.change else ""
        assert bench.send(vector, jti=first).status_code == 200
    since = len(demo.lines)
    answer = bench.send(vector, jti=jti)
    assert [answer.status_code, error_in(answer)] == vector.answer, answer.text
    assert answer.status_code == 405 or answer.headers["Cache-Control"] == "no-store"
    if vector.logged:
        wait_for_verdict(demo, since)
    again = bench.send(good, jti="" if "replay" in vector.change else jti)
    assert again.status_code == 200, f"the good one does not pass any more: {again.text}"
    assert failed_checks(demo, since) == ([vector.check] if vector.logged else [])


@pytest.mark.parametrize("family", SERVED)
def test_the_unaltered_messages_pass(benches: dict[str, Bench], family: str) -> None:
    for good in sorted({vector.good for vector in vectors_here(family)}):
        answer = benches[family].send(replace(GOOD, good=good))
        assert answer.status_code == 200, (good, answer.text)


@every("exchange")
def test_the_idp_refuses(benches: dict[str, Bench], vector: Vector) -> None:
    see_refused(benches["exchange"], vector)


@every("redemption")
def test_the_authorization_server_refuses(benches: dict[str, Bench], vector: Vector) -> None:
    see_refused(benches["redemption"], vector)


@every("api")
def test_the_api_refuses(benches: dict[str, Bench], vector: Vector) -> None:
    see_refused(benches["api"], vector)


@every("mcp")
def test_the_mcp_server_refuses(benches: dict[str, Bench], vector: Vector) -> None:
    see_refused(benches["mcp"], vector)


def test_what_the_authorization_server_refuses_it_refuses_in_one_wording(benches: dict[str, Bench]) -> None:
    """RFC 7523 §3.1: no answer tells which check said no; *User not found* is the one exception."""
    refused = [
        one
        for one in load_vectors("redemption")
        if one.answer[1] == "invalid_grant" and "replay" not in one.change
    ]
    answers = {json.dumps(benches["redemption"].send(one).json(), sort_keys=True) for one in refused}
    assert len({answer for answer in answers if "User not found" not in answer}) == 1
