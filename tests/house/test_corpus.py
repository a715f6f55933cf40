"""The corpus of bad messages keeps its word: one change each, a rule for each, a vector for each check."""

import re

import pytest

from tests.corpus.vectors import FAMILIES, load_vectors
from tests.house.rooms import ROOT

VECTORS = [vector for family in FAMILIES for vector in load_vectors(family)]
OF_THE_POLICY = {"I7", "I14"}  # an admin's rows decide these, so no message alone can trip them
NUMBERS = {
    "exchange": {f"I{number}" for number in range(1, 15)} - OF_THE_POLICY,
    "redemption": {f"R{number}" for number in range(1, 15)},
    "api": {f"A{number}" for number in range(1, 8)},
    "mcp": {f"A{number}" for number in range(1, 8)},
    "client": {""},
}


def test_it_is_large_and_every_vector_has_a_name_of_its_own():
    assert len({vector.id for vector in VECTORS}) == len(VECTORS) >= 150


def test_every_vector_is_one_change_away_from_a_good_message():
    one = [set(vector.change) - {"headers", "body"} or {"body"} for vector in VECTORS]
    values = [value for vector in VECTORS for value in vector.change.values()]
    assert [vector.id for vector, changed in zip(VECTORS, one, strict=True) if len(changed) != 1] == []
    assert [value for value in values if isinstance(value, dict) and len(value) != 1] == []


def test_every_vector_proves_rules_that_there_are():
    text = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| ([A-Z]+-\d+) ", text, flags=re.MULTILINE))
    assert [vector.id for vector in VECTORS if not vector.rows or not rows.issuperset(vector.rows)] == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_check_that_a_message_can_trip_has_a_vector(family):
    assert {vector.check for vector in load_vectors(family)} == NUMBERS[family]
