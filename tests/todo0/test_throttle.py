"""Failed client authentication is counted, answered with 429 when it is too much, and shuts out nobody who may."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.todo0.conftest import Redeem, basic_auth, id_jag, post_form
from xaa.throttle import clients
from xaa.throttle.counting import WINDOW, Limit, count_failure, find_wait
from xaa.throttle.models import FailedAttempts

ENDPOINTS = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"]


@pytest.fixture(autouse=True)
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "FAILURES_OF_CLIENT", 3)
    monkeypatch.setattr(clients, "FAILURES_FROM_ADDRESS", 8)
    monkeypatch.setattr(clients, "REFUSED_GRANTS_OF_CLIENT", 3)


def fail(path: str = "/oauth/token", client_id: str = "agent0-at-todo0") -> Any:
    form = {"grant_type": "authorization_code", "code": "x", "token": "x"}
    return post_form(path, form, Authorization=basic_auth(client_id, "wrong"))


@pytest.mark.spec("SEC-34")
@pytest.mark.parametrize("path", ENDPOINTS)
def test_too_many_failures_are_told_to_wait(seeded: None, path: str) -> None:
    assert [fail(path).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
    answer = fail(path)
    assert answer.json()["error"] == "too_many_requests"
    assert 0 < int(answer["Retry-After"]) <= WINDOW
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.spec("SEC-34")
def test_too_many_refused_assertions_are_told_to_wait_and_a_good_one_passes(redeem: Redeem) -> None:
    spent = id_jag()
    assert redeem(spent).status_code == 200
    assert [redeem(spent).status_code for _ in range(5)] == [400, 400, 400, 429, 429]
    assert redeem(id_jag(sub="00u9nobody")).status_code == 429
    assert redeem(id_jag()).status_code == 200
    assert redeem(spent, client_id="evil0-at-todo0").status_code == 400, "another client is counted apart"


def test_it_is_one_count_over_all_endpoints_and_ways_to_authenticate(seeded: None) -> None:
    assert [fail(path).status_code for path in ENDPOINTS] == [401] * 3
    form = {"grant_type": "authorization_code", "code": "x", "client_id": "agent0-at-todo0", "client_secret": "x"}
    assert post_form("/oauth/token", form).status_code == 429


@pytest.mark.spec("SEC-34")
def test_nobodys_failures_keep_the_right_client_out(redeem: Redeem) -> None:
    while fail().status_code != 429:
        pass
    assert redeem(id_jag()).status_code == 200
    assert fail("/oauth/introspect").status_code == 429
    assert post_form("/oauth/introspect", {"token": "x"}, Authorization=basic_auth()).status_code == 200


def test_a_client_that_does_not_exist_is_told_the_same(seeded: None) -> None:
    known, unknown = ([fail(client_id=one) for _ in range(4)] for one in ("agent0-at-todo0", "nobody"))
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown]
    assert {answer.json()["error"] for answer in known} == {answer.json()["error"] for answer in unknown}


def test_whoever_tries_many_names_is_counted_by_address(seeded: None) -> None:
    statuses = [fail(client_id=f"client-{number}").status_code for number in range(10)]
    assert statuses == [401] * 8 + [429] * 2


def test_the_window_ends(seeded: None) -> None:
    while fail().status_code != 429:
        pass
    FailedAttempts.objects.update(ends_at=timezone.now())
    assert fail().status_code == 401


def test_a_success_costs_nothing_and_leaves_nothing(redeem: Redeem) -> None:
    assert redeem(id_jag()).status_code == 200
    assert not FailedAttempts.objects.exists()


def test_rows_of_long_ago_are_swept_and_hold_no_name(seeded: None) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    FailedAttempts.objects.create(digest="old", count=1, ends_at=long_ago)
    limits = [Limit(("client", str(number)), 3) for number in range(1000)]
    swept_by = next(limit for limit in limits if limit.digest.startswith("00"))
    count_failure(swept_by)
    assert [row.digest for row in FailedAttempts.objects.all()] == [swept_by.digest]


def test_a_failure_costs_one_statement(seeded: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        count_failure(Limit(("client", "x"), 3), Limit(("address", "y"), 3))


def test_two_subjects_that_run_together_are_two() -> None:
    assert Limit(("ab", "c"), 1).digest != Limit(("a", "bc"), 1).digest


@pytest.mark.django_db
def test_the_wait_comes_before_the_next_attempt() -> None:
    limit = Limit(("login", "alice"), 2)
    assert [(find_wait(limit), count_failure(limit) > 0)[0] for _ in range(2)] == [0, 0]
    assert 0 < find_wait(limit) <= WINDOW
    assert find_wait(Limit(("login", "bob"), 2)) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("SEC-34")
def test_of_many_at_once_none_is_lost() -> None:
    limit, start, waits = Limit(("client", "x"), 10), threading.Barrier(16), []

    def attempt() -> None:
        start.wait()
        try:
            waits.append(count_failure(limit))
        finally:
            connection.close()

    racers = [threading.Thread(target=attempt) for _ in range(16)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert FailedAttempts.objects.get().count == 16
    assert len([wait for wait in waits if wait]) == 6
