"""An ID-JAG that was told to wait is not spent: kept for the next attempt, and for nothing else."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import responses

from tests.xaa.test_client import API, AS, EXCHANGED, IDP, REDEEMED, RESOURCE, SCOPE, altered
from xaa.client import (
    CrossAppSession,
    Event,
    IssuedIdJag,
    MemoryTokenCache,
    RateLimited,
    SubjectToken,
    TokenEndpointError,
    TokenKey,
)
from xaa.http import OutgoingHttp

NOW = 1_800_000_000.0
BUSY: dict[str, Any] = {"status": 429, "headers": {"Retry-After": "7"}, "json": {"error": "too_many_requests"}}


class Shelf:
    def __init__(self) -> None:
        self.kept: dict[TokenKey, IssuedIdJag] = {}

    def take(self, key: TokenKey) -> IssuedIdJag:
        return self.kept.pop(key)

    def keep(self, key: TokenKey, id_jag: IssuedIdJag) -> None:
        self.kept[key] = id_jag


class Attempts:
    """One user's attempts at one thing, each with an empty cache of access tokens, and what went over the wire."""

    def __init__(self, wire: responses.RequestsMock, shelf: Any) -> None:
        self.wire, self.shelf, self.now, self.events = wire, shelf, NOW, list[Event]()

    def __call__(self, *, scope: tuple[str, ...] = SCOPE, resource_as: Any = AS) -> int:
        session = CrossAppSession(
            http=OutgoingHttp(), idp=IDP, resource_as=resource_as, user="alice", cache=MemoryTokenCache(),
            subject=lambda: SubjectToken.from_id_token("the-id-token"), clock=lambda: self.now,
            observe=self.events.append, unspent=self.shelf,
        )  # fmt: skip
        return session.request("GET", API, resource=RESOURCE, scope=scope).status

    def are_told_to_wait(self) -> None:
        self.wire.replace(responses.POST, AS.url, **BUSY)
        with pytest.raises(RateLimited):
            self()
        self.wire.replace(responses.POST, AS.url, json=REDEEMED)

    def redeemed(self) -> list[str]:
        bodies = [str(call.request.body) for call in self.wire.calls if call.request.url == AS.url]
        return [body.partition("assertion=")[2].partition("&")[0] for body in bodies]


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    """An IdP that numbers its ID-JAGs, and good answers elsewhere."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        numbers = iter(range(1, 9))

        def issue(_: object) -> tuple[int, dict[str, str], str]:
            body = altered(EXCHANGED, access_token=f"id-jag-{next(numbers)}")
            return 200, {"Content-Type": "application/json"}, json.dumps(body)

        mock.add_callback(responses.POST, IDP.url, callback=issue)
        mock.post(AS.url, json=REDEEMED)
        mock.get(API, json={})
        yield mock


@pytest.fixture
def attempts(wire: responses.RequestsMock) -> Attempts:
    return Attempts(wire, Shelf())


@pytest.mark.spec("RF-03", "TR-15")
def test_after_a_429_the_same_id_jag_is_redeemed_and_the_idp_not_asked_again(attempts: Attempts) -> None:
    attempts.are_told_to_wait()
    assert attempts() == 200
    assert attempts.redeemed() == ["id-jag-1", "id-jag-1"]
    assert attempts.shelf.kept == {}, "and then it is spent"
    assert attempts() == 200
    assert attempts.redeemed()[2] == "id-jag-2"


def test_without_a_place_to_keep_it_the_idp_is_asked_again(wire: responses.RequestsMock) -> None:
    attempts = Attempts(wire, None)
    attempts.are_told_to_wait()
    assert attempts() == 200
    assert attempts.redeemed() == ["id-jag-1", "id-jag-2"]


def test_told_to_wait_once_more_it_is_kept_once_more(attempts: Attempts) -> None:
    attempts.are_told_to_wait()
    attempts.are_told_to_wait()
    assert attempts() == 200
    assert attempts.redeemed() == ["id-jag-1"] * 3


@pytest.mark.parametrize(("later", "which"), [(284, "id-jag-1"), (285, "id-jag-2"), (300, "id-jag-2")])
def test_it_is_used_only_while_it_lives_long_enough_to_get_there(
    attempts: Attempts, later: int, which: str
) -> None:
    attempts.are_told_to_wait()
    attempts.now += later
    assert attempts() == 200
    assert attempts.redeemed()[1] == which


def test_it_is_for_what_was_asked_and_for_that_server_alone(attempts: Attempts) -> None:
    attempts.are_told_to_wait()
    assert attempts(scope=("todos.read",)) == 200
    assert attempts.redeemed() == ["id-jag-1", "id-jag-2"]
    elsewhere = replace(AS, issuer="https://another.example")
    assert attempts(resource_as=elsewhere) == 200
    assert attempts.redeemed()[2] == "id-jag-3"


@pytest.mark.spec("RF-07")
def test_a_kept_one_that_is_refused_is_replaced_once(attempts: Attempts) -> None:
    attempts.are_told_to_wait()
    attempts.wire.replace(responses.POST, AS.url, status=400, json={"error": "invalid_grant"})
    with pytest.raises(TokenEndpointError):
        attempts()
    assert attempts.redeemed() == ["id-jag-1", "id-jag-1", "id-jag-2"]
    assert attempts.shelf.kept == {}


@pytest.mark.parametrize("trouble", [{"status": 503}, {"status": 400, "json": {"error": "invalid_client"}}])
def test_what_may_have_been_spent_or_was_refused_is_not_kept(attempts: Attempts, trouble: dict[str, Any]) -> None:
    attempts.wire.replace(responses.POST, AS.url, **trouble)
    with pytest.raises(Exception, match="redemption"):
        attempts()
    assert attempts.shelf.kept == {}


def test_whoever_watches_is_told_that_it_was_kept(attempts: Attempts) -> None:
    attempts.are_told_to_wait()
    attempts.events.clear()
    attempts()
    exchange = [event for event in attempts.events if event.leg == "token exchange"]
    assert [event.phase for event in exchange] == ["started", "passed"]
    assert {event.facts["kept"] for event in exchange} == {"yes"}
    assert exchange[1].facts["scope"] == "todos.read todos.write"
