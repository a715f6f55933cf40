"""ID-JAGs are redeemed at a rate: bursts pass, more are told when to come back, and waiting spends nothing."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import AccessToken

from stage.kit import env
from tests.todo0.conftest import Redeem, id_jag
from tests.todo0.console_side import text_of
from tests.todo0.test_server_rules import SERVER, save
from todo0.assertions.models import Redemption
from todo0.federation.models import Tenant
from xaa.jwt_bearer.models import RedeemedIdJag
from xaa.throttle.allowance import Allowance, parse_allowance
from xaa.throttle.bucket import set_allowance, take
from xaa.throttle.models import Bucket, FailedAttempts

FIVE = parse_allowance("5/s burst 5")
NOON = 1_800_000_000.0


@pytest.fixture
def limited(settings: Any) -> None:
    settings.ID_JAG_LIMIT = parse_allowance("2/h burst 3")  # so slow that no token comes back within a test


# ---- the bucket, at hours of our choosing


def taken(*seconds: float, subject: str = "x", allowance: Allowance = FIVE) -> list[bool]:
    return [not take((subject,), allowance, now=NOON + second).refused for second in seconds]


@pytest.mark.django_db
def test_a_full_bucket_gives_its_burst_and_then_one_at_a_time() -> None:
    assert taken(*[0] * 7) == [True] * 5 + [False] * 2
    assert taken(0.19, 0.2, 0.2, 0.4) == [False, True, False, True]
    assert taken(*[100] * 6) == [True] * 5 + [False], "it never holds more than the burst"
    assert taken(0, subject="y") == [True]


@pytest.mark.django_db
def test_ten_seconds_of_asking_give_the_burst_and_fifty_and_not_one_more() -> None:
    assert sum(taken(*[number / 100 for number in range(1001)])) == 5 + 50


@pytest.mark.django_db
def test_a_clock_that_is_behind_gets_no_more_and_makes_no_more() -> None:
    assert taken(*[10] * 6) == [True] * 5 + [False]
    assert taken(8, 9) == [False, False]
    assert sum(taken(*[10.2] * 3)) == 1


@pytest.mark.django_db
def test_it_says_what_is_left_and_when_to_come_back() -> None:
    first = take(("x",), FIVE, now=NOON)
    assert (first.limit, first.remaining, first.full_at, first.wait) == (5, 4, NOON + 1, 0)
    left = [take(("x",), FIVE, now=NOON).remaining for _ in range(4)]
    assert left == [3, 2, 1, 0]
    refused = take(("x",), FIVE, now=NOON)
    assert (refused.remaining, refused.wait, refused.refused) == (0, 1, 1)
    slow = parse_allowance("1/min burst 1")
    assert [take(("slow",), slow, now=NOON + second).wait for second in (0, 0, 59.5, 60)] == [0, 60, 1, 0]
    assert take(("x",), FIVE, now=NOON).refused == 2


@pytest.mark.django_db
def test_whoever_waits_as_told_is_admitted() -> None:
    for allowance in (FIVE, parse_allowance("7/min burst 2"), parse_allowance("1/h burst 1")):
        now, subject = NOON, (str(allowance),)
        while not (answer := take(subject, allowance, now=now)).refused:
            pass
        assert not take(subject, allowance, now=now + answer.wait).refused


@pytest.mark.django_db
def test_an_admins_own_numbers_count_from_the_next_request_on() -> None:
    set_allowance(("x",), parse_allowance("1/h burst 1"))
    assert taken(0, 0) == [True, False]
    set_allowance(("x",), None)
    assert sum(taken(*[0] * 7)) == 5


@pytest.mark.django_db
def test_a_token_costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        taken(0)
    with django_assert_num_queries(6):
        taken(*[0] * 6)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_as_many_get_a_token_as_there_are() -> None:
    start, got = threading.Barrier(16), []

    def ask() -> None:
        start.wait()
        try:
            got.extend(taken(0, 0))
        finally:
            connection.close()

    racers = [threading.Thread(target=ask) for _ in range(16)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert (len(got), sum(got)) == (32, 5)


@pytest.mark.parametrize(
    "text", ["", "5", "5/s", "0/s burst 5", "5/s burst 0", "5/d burst 5", "5/s burst 5 ", "-5/s burst 5"]
)
def test_what_is_no_limit_is_refused_when_it_starts(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(ValueError, match="expected such as '5/s burst 5'"):
        parse_allowance(text)
    monkeypatch.setenv("A_LIMIT", text or "none")
    with pytest.raises(ImproperlyConfigured, match="A_LIMIT"):
        env.allowance("A_LIMIT", "5/s burst 5")


@pytest.mark.parametrize(
    ("text", "found"), [("", Allowance(200_000, 5)), ("off", None), ("300/min burst 20", Allowance(200_000, 20))]
)
def test_a_limit_is_read_as_auth0_writes_it(monkeypatch: pytest.MonkeyPatch, text: str, found: Any) -> None:
    monkeypatch.setenv("A_LIMIT", text)
    assert env.allowance("A_LIMIT", "5/s burst 5") == found


# ---- the token endpoint


@pytest.mark.usefixtures("limited")
def test_more_than_the_burst_is_answered_as_auth0_does(redeem: Redeem) -> None:
    before = int(time.time())
    answers = [redeem(id_jag()) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["X-RateLimit-Limit"] for answer in answers} == {"3"}
    assert all(int(answer["X-RateLimit-Reset"]) > before for answer in answers)
    assert [answer.get("Retry-After") is None for answer in answers] == [True, True, True, False]
    refused = answers[-1]
    assert refused.json().keys() == {"error", "error_description"}
    assert refused.json()["error"] == "too_many_requests"
    assert 0 < int(refused["Retry-After"]) <= 1800
    assert (refused["Cache-Control"], refused["Content-Type"]) == ("no-store", "application/json")


@pytest.mark.usefixtures("limited")
def test_waiting_spends_no_id_jag(redeem: Redeem) -> None:
    while redeem(id_jag()).status_code == 200:
        pass
    known, early = (AccessToken.objects.count(), RedeemedIdJag.objects.count()), id_jag()
    assert [redeem(early).status_code for _ in range(3)] == [429] * 3
    assert (AccessToken.objects.count(), RedeemedIdJag.objects.count()) == known
    Bucket.objects.update(full_at=0)  # hours later
    assert redeem(early).status_code == 200
    assert not FailedAttempts.objects.exists(), "to come too soon is no failure"


@pytest.mark.usefixtures("limited")
def test_a_stranger_uses_up_nobodys_allowance(redeem: Redeem) -> None:
    for wrong in (
        {"client_secret": "wrong"},
        {"client_id": "nobody", "client_secret": "x"},
        {"assertion": None},
    ) * 3:
        answer = redeem(**{"assertion": id_jag()} | wrong)
        assert answer.status_code in (400, 401)
        assert "X-RateLimit-Limit" not in answer
    assert redeem(id_jag())["X-RateLimit-Remaining"] == "2"


@pytest.mark.usefixtures("limited")
def test_a_refused_id_jag_counts_and_all_clients_share(redeem: Redeem) -> None:
    assert redeem(id_jag(aud="https://other.example"))["X-RateLimit-Remaining"] == "2"
    stolen = redeem(id_jag(), client_id="evil0-at-todo0")
    assert (stolen.status_code, stolen["X-RateLimit-Remaining"]) == (400, "1")


@pytest.mark.usefixtures("limited")
def test_an_administrators_limit_counts_from_the_next_request_and_the_environments_where_there_is_none(
    admin: Client, redeem: Redeem
) -> None:
    assert redeem(id_jag())["X-RateLimit-Limit"] == "3"
    save(admin, id_jag_limit="1/h burst 1")
    Bucket.objects.update(full_at=0)
    answers = [redeem(id_jag()) for _ in range(2)]
    assert [(answer.status_code, answer["X-RateLimit-Limit"]) for answer in answers] == [(200, "1"), (429, "1")]
    save(admin, id_jag_limit="off")
    assert "X-RateLimit-Limit" not in redeem(id_jag())
    save(admin, id_jag_limit="")
    assert redeem(id_jag())["X-RateLimit-Limit"] == "3"
    assert "Limit of ID-JAGs: off → none" in text_of(admin.get(SERVER))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"id_jag_limit": "five"}, "Expected such as"),
        ({"client_share": "0"}, "greater than or equal to 1"),
        ({"client_share": "101"}, "less than or equal to 100"),
    ],
)
def test_a_limit_that_is_none_is_not_saved(admin: Client, changed: dict[str, str], said: str) -> None:
    answer = save(admin, **changed)
    assert (answer.status_code, said in text_of(answer)) == (400, True)
    assert Tenant.objects.get().client_share == 100


@pytest.mark.usefixtures("limited")
def test_the_log_tells_of_a_flood_once_and_who_came_before_it(admin: Client, redeem: Redeem) -> None:
    evil0 = {"client_id": "evil0-at-todo0"}
    redeem(id_jag(**evil0), **evil0)
    for _ in range(6):
        redeem(id_jag())
    rows = list(Redemption.objects.order_by("pk"))
    assert [row.event for row in rows[3:]] == ["api_limit"]
    assert (rows[3].client_id, rows[3].error) == ("agent0-at-todo0", "too_many_requests")
    assert rows[3].facts["used"] == {"agent0-at-todo0": 2, "evil0-at-todo0": 1}
    page = text_of(admin.get("/admin/assertions", {"event": "api_limit"}))
    assert "told to wait" in page
    assert "expected at most 2/h burst 3, of all clients together" in page
    assert "In the minute before: agent0-at-todo0 2, evil0-at-todo0 1." in page
    Redemption.objects.filter(event="api_limit").update(at=timezone.now() - timedelta(minutes=2))
    Bucket.objects.update(full_at=0)
    for _ in range(5):
        redeem(id_jag())
    assert Redemption.objects.filter(event="api_limit").count() == 2, "another flood, a minute later"


@pytest.mark.usefixtures("limited")
def test_the_log_speaks_once_of_a_flood(redeem: Redeem, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(6):
        redeem(id_jag())
    told = [record.getMessage() for record in caplog.records if record.name == "todo0.limits"]
    assert len(told) == 1
    assert told[0].startswith("api_limit: client agent0-at-todo0 told to wait ")


@pytest.mark.parametrize(("text", "least"), [("5/s burst 5", 1), ("off", 0)])
def test_the_limit_costs_a_redemption_one_statement_and_nothing_when_it_is_off(
    redeem: Redeem, settings: Any, monkeypatch: pytest.MonkeyPatch, text: str, least: int
) -> None:
    """Nine with it, as in ``test_redemption`` without: a client's permission is read with the client."""
    monkeypatch.setenv("A_LIMIT", text)
    settings.ID_JAG_LIMIT = env.allowance("A_LIMIT", "")
    assert redeem(id_jag()).status_code == 200
    with CaptureQueriesContext(connection) as statements:
        assert redeem(id_jag()).status_code == 200
    assert len([entry for entry in statements if Bucket._meta.db_table in entry["sql"]]) == least
    assert len(statements) <= 8 + least, "\n".join(entry["sql"][:120] for entry in statements)
