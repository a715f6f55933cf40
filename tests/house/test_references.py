"""References to specifications can be grepped, and every document referred to stands in ``docs/spec.md``."""

import re

from tests.house.rooms import ROOT, find_code, find_texts, shown
from xaa.protocol import DRAFT

INDEX = (ROOT / "docs" / "spec.md").read_text(encoding="utf-8")
NAMED = re.compile(r"\b(RFC \d{4,5}|ID-JAG(?= §)|OpenID Connect (?:[A-Z][\w-]*(?: (?=[A-Z]))?)+(?= §))")
MISSPELT = re.compile(r"\bRFC(?:-|_)?\d{4}|\bRfc ?\d{4}|§ \d|\bOIDC (?:Core|Discovery) §")


def test_every_document_referred_to_is_in_the_index():
    named = [
        (path, name) for path in find_texts() for name in set(NAMED.findall(path.read_text(encoding="utf-8")))
    ]
    assert sorted(f"{shown(path)}: {name}" for path, name in named if f"| {name} |" not in INDEX) == []


def test_every_reference_is_written_the_way_one_greps_for_it():
    found = [(path, MISSPELT.findall(path.read_text(encoding="utf-8"))) for path in find_code()]
    assert [f"{shown(path)}: {words}" for path, words in found if words] == []


def test_the_index_says_which_revision_of_the_draft_is_meant():
    assert DRAFT in INDEX
