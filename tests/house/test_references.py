"""References to specifications can be grepped, and every document referred to stands in ``docs/spec.md``."""

import re

import pytest
from tests.house.rooms import ROOT, find_code, find_texts, shown

INDEX = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
NAMED = re.compile(r"\b(RFC \d{4,5}|ID-JAG(?= §)|OpenID Connect (?:[A-Z][\w-]*(?: (?=[A-Z]))?)+(?= §))")
MISSPELT = re.compile(r"\bRFC(?:-|_)?\d{4}|\bRfc ?\d{4}|§ \d|\bOIDC (?:Core|Discovery) §")


@pytest.mark.parametrize("path", list(find_texts()), ids=shown)
def test_a_document_referred_to_is_in_the_index(path):
    named = set(NAMED.findall(path.read_text(encoding="utf-8")))
    assert sorted(name for name in named if f"| {name} |" not in INDEX) == []


@pytest.mark.parametrize("path", find_code(), ids=shown)
def test_a_reference_is_written_the_way_one_greps_for_it(path):
    assert MISSPELT.findall(path.read_text(encoding="utf-8")) == []


def test_the_index_says_which_revision_of_the_draft_is_meant():
    from xaa.protocol import DRAFT

    assert DRAFT in INDEX
