"""Reading details strictly, and what *less* means: fewer alternatives, or one more condition (RFC 9396 §2)."""

import json
import re

import pytest

from xaa.authorization_details import (
    DetailsRefused,
    DetailType,
    are_within,
    dump_details,
    is_within,
    narrow,
    parse_details,
    read_details,
)

KIND = DetailType(
    "https://todo.example/authorization/todos",
    {"actions": ("read", "delete"), "locations": ("https://todo.example/api",)},
    {"identifier": re.compile("[0-9]{1,9}")},
)
DETAIL = {"type": KIND.name, "actions": ["read", "delete"], "locations": ["https://todo.example/api"]}


@pytest.mark.spec("RA-02")
def test_what_is_written_is_read_back() -> None:
    assert parse_details(dump_details((DETAIL, {"type": "other"}))) == (DETAIL, {"type": "other"})
    assert dump_details(()) == ""
    assert dump_details(({"type": "a", "b": 1},)) == dump_details(({"b": 1, "type": "a"},))


@pytest.mark.spec("RA-02")
@pytest.mark.parametrize(
    "text",
    ["", "null", "7", '"[]"', "{}", "[]", "[7]", "[[]]", "[{}]", '[{"type":7}]', '[{"type":""}]'],
)
def test_it_reads_nothing_but_an_array_of_objects_with_a_type(text: str) -> None:
    with pytest.raises(DetailsRefused, match="Expected"):
        parse_details(text)


@pytest.mark.parametrize(
    "text",
    [
        '[{"type":"a","type":"b"}]',
        '[{"type":"a","n":NaN}]',
        '[{"type":"a","n":1e400}]',
        '[{"type":"\\ud800"}]',
        "[" * 4000,
        "\ufeff[]",
    ],
)
def test_it_reads_no_json_that_another_reader_takes_otherwise(text: str) -> None:
    with pytest.raises(DetailsRefused, match="Expected"):
        parse_details(text)


def test_there_is_a_limit_to_everything() -> None:
    assert len(read_details([{"type": "a"}] * 20)) == 20
    for too_much in ([{"type": "a"}] * 21, []):
        with pytest.raises(DetailsRefused):
            read_details(too_much)
    with pytest.raises(DetailsRefused, match="4096 characters"):
        parse_details(json.dumps([{"type": "a", "text": "x" * 4096}]))


@pytest.mark.spec("RA-03")
def test_a_type_takes_what_is_described() -> None:
    KIND.check(DETAIL)
    KIND.check(DETAIL | {"actions": ["read"], "identifier": "17"})


@pytest.mark.spec("RA-03")
@pytest.mark.parametrize(
    "change",
    [
        {"type": "other"},
        {"privileges": []},
        {"actions": []},
        {"actions": ["read", "all"]},
        {"actions": "read"},
        {"actions": None},
        {"actions": {"read": True}},
        {"identifier": 17},
        {"identifier": ""},
        {"identifier": "17\n"},
        {"identifier": "*"},
        {"identifier": ["17"]},
    ],
)
def test_a_type_refuses_everything_else_and_repeats_none_of_it(change: dict[str, object]) -> None:
    with pytest.raises(DetailsRefused) as refused:
        KIND.check(DETAIL | change)
    assert not any(word in str(refused.value) for word in ("privileges", "all'", "*", "other"))


@pytest.mark.spec("RA-10")
@pytest.mark.parametrize(
    ("change", "is_less"),
    [
        ({}, True),
        ({"actions": ["delete"]}, True),
        ({"actions": []}, True),
        ({"actions": ["delete", "read"]}, True),
        ({"identifier": "17"}, True),
        ({"actions": ["read", "create"]}, False),
        ({"actions": "read"}, False),
        ({"locations": ["https://other.example"]}, False),
        ({"type": "other"}, False),
    ],
)
def test_less_is_fewer_alternatives_or_more_conditions(change: dict[str, object], is_less: bool) -> None:
    assert is_within(DETAIL | change, DETAIL) is is_less


@pytest.mark.spec("RA-10")
def test_without_a_condition_or_with_another_one_it_is_more() -> None:
    one = DETAIL | {"identifier": "17", "limit": 1}
    assert is_within(one, one)
    assert not is_within(DETAIL, one)
    assert not is_within(one | {"identifier": "18"}, one)
    assert not is_within(one | {"limit": True}, one)
    assert not is_within({name: one[name] for name in ("type", "identifier", "limit", "locations")}, one)


def test_several_are_less_if_each_lies_in_one_of_the_others() -> None:
    read, delete = DETAIL | {"actions": ["read"]}, DETAIL | {"actions": ["delete"]}
    assert are_within((read, delete), (DETAIL,))
    assert are_within((), (DETAIL,))
    assert not are_within((DETAIL,), (read, delete))


def test_narrowing_keeps_the_order_and_leaves_nothing_half_granted() -> None:
    assert narrow(DETAIL, actions=("delete", "create")) == DETAIL | {"actions": ["delete"]}
    assert narrow(DETAIL, actions=("read",), locations=()) is None
