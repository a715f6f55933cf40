"""A client's share of the limit: its own bucket and that of all in one statement, and exact all the same."""

from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from tests.at_once import at_once
from tests.todo0.conftest import Redeem, id_jag
from tests.todo0.test_server_rules import save
from todo0.assertions.models import Redemption
from xaa.throttle.allowance import Allowance, parse_allowance
from xaa.throttle.bucket import Taken, set_allowance, take, take_both
from xaa.throttle.models import Bucket

NOON = 1_800_000_000.0
ALL = parse_allowance("5/s burst 5")
OWN = parse_allowance("2/s burst 2")


def ask(who: str = "a", second: float = 0, *, own: Allowance = OWN, of_all: Allowance = ALL) -> list[Taken]:
    return take_both(((who,), own), (("all",), of_all), now=NOON + second)


def is_admitted(asked: list[Taken]) -> bool:
    return not asked[-1].refused


@pytest.mark.django_db
def test_a_flood_takes_its_own_share_and_nothing_of_what_is_left() -> None:
    assert [is_admitted(ask("a")) for _ in range(9)] == [True] * 2 + [False] * 7
    assert [is_admitted(ask(who)) for who in "bbbc"] == [True, True, False, True]
    assert not is_admitted(ask("c")), "its own would have one, and all together have none"
    assert is_admitted(ask("a", 0.5)), "and later there are more"


@pytest.mark.django_db
def test_it_tells_of_the_one_that_refuses_and_of_both_when_none_does() -> None:
    own, of_all = ask()
    assert (own.limit, own.remaining, of_all.limit, of_all.remaining) == (2, 1, 5, 4)
    ask()
    (refused,) = ask()
    assert (refused.limit, refused.refused, refused.wait) == (2, 1, 1)


@pytest.mark.django_db
def test_an_admins_own_numbers_for_either_bucket_count() -> None:
    set_allowance(("all",), parse_allowance("1/h burst 1"))
    assert [is_admitted(ask(who)) for who in "ab"] == [True, False]
    set_allowance(("c",), parse_allowance("1/h burst 1"))
    set_allowance(("all",), None)
    assert [is_admitted(ask("c")) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_two_buckets_cost_one_statement(django_assert_num_queries: Any) -> None:
    for _ in range(2):
        with django_assert_num_queries(1):
            ask()


@pytest.mark.django_db
@hypothesis.settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 400)), max_size=40), st.data())
def test_it_counts_as_two_statements_one_after_the_other_do(arrivals: list[tuple[str, int]], data: Any) -> None:
    own, of_all = (data.draw(st.builds(Allowance, st.integers(1, 300_000), st.integers(1, 6))) for _ in range(2))
    Bucket.objects.all().delete()
    now = NOON
    for who, later in arrivals:
        now += later / 1000
        found = take_both(((who,), own), (("all",), of_all), now=now)
        first = take((f"{who} again",), own, now=now)
        expected = [first] if first.refused else [first, take(("all again",), of_all, now=now)]
        assert found == expected


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_the_share_and_the_rest_are_exact() -> None:
    ask("a", -60), ask("b", -60)
    answers = at_once(*[lambda who=who: ask(who) for who in "aaaaaaaabbbb"])
    admitted = [who for who, asked in zip("aaaaaaaabbbb", answers, strict=True) if is_admitted(asked)]
    assert sorted(admitted) == ["a", "a", "b", "b"]
    left = [not take(("all",), ALL, now=NOON).refused for _ in range(3)]
    assert left == [True, False, False], "of the five one is left: those that were refused have cost nothing"


def test_with_a_share_one_clients_flood_leaves_the_others_the_rest(admin: Client, redeem: Redeem) -> None:
    save(admin, id_jag_limit="2/h burst 4", client_share="50")
    flood = [redeem(id_jag()) for _ in range(6)]
    assert [answer.status_code for answer in flood] == [200, 200, 429, 429, 429, 429]
    assert (flood[-1]["X-RateLimit-Limit"], int(flood[-1]["Retry-After"]) > 1800) == ("2", True)
    evil0 = {"client_id": "evil0-at-todo0"}
    others = [redeem(id_jag(**evil0), **evil0) for _ in range(3)]
    assert [answer.status_code for answer in others] == [200, 200, 429]
    told = Redemption.objects.filter(event="api_limit").order_by("pk")
    assert ["its share" in row.reason for row in told] == [True, True]
    save(admin, client_share="100")
    assert redeem(id_jag())["X-RateLimit-Limit"] == "4", "the limit of all, which is used up now"


@pytest.mark.parametrize("share", ["100", "50"])
def test_with_a_share_or_without_it_takes_at_most_nine_statements(
    admin: Client, redeem: Redeem, share: str
) -> None:
    save(admin, id_jag_limit="100/s burst 100", client_share=share)
    for _ in range(2):  # with a bucket that is new, and with one that is known
        with CaptureQueriesContext(connection) as statements:
            assert redeem(id_jag()).status_code == 200
        assert len([entry for entry in statements if Bucket._meta.db_table in entry["sql"]]) == 1
        assert len(statements) <= 9, "\n".join(entry["sql"][:120] for entry in statements)
    assert Bucket.objects.count() == (1 if share == "100" else 2)
