"""What people read has no host, port or seeded id in it: those come from the environment and from the rows."""

import re

import pytest

from stage.kit.people import PEOPLE
from stage.kit.registrations import REGISTRATIONS
from tests.browser.sentences import read_sentences
from tests.browser.unshown import BY_TEMPLATE
from tests.house.rooms import ROOT, shown

FOLDERS = (ROOT / "templates", ROOT / "stage", *(ROOT / "xaa").glob("*/templates"))
TEXTS = sorted(
    path
    for folder in FOLDERS
    for kind in ("html", "svg", "js", "toml", "txt")
    for path in folder.rglob(f"*.{kind}")
)
IDS = sorted({*(person.sub for person in PEOPLE), *(one.client_id for one in REGISTRATIONS)})
WRITTEN_DOWN = re.compile(
    r"localhost|127\.0\.0\.1|0\.0\.0\.0|:(?:8000|8001|8002|8003|8004)\b|\bport 80\d\d\b|"
    + "|".join(map(re.escape, IDS))
)


@pytest.mark.parametrize("path", TEXTS, ids=shown)
def test_a_text_names_no_host_port_or_seeded_id(path):
    assert WRITTEN_DOWN.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("text", ["http://localhost:8003/acme", "on port 8001", "agent0-at-acme", "sub 00u1alice"])
def test_what_is_written_down_is_found(text):
    assert WRITTEN_DOWN.search(text)


@pytest.mark.parametrize("name", BY_TEMPLATE)
def test_what_no_state_of_the_walk_shows_is_a_sentence_of_its_template(name):
    written = set(read_sentences((ROOT / name).read_text(encoding="utf-8")))
    assert set(BY_TEMPLATE[name]) - written == set(), "it is gone: take it out of unshown.py"


def test_a_sentence_is_what_stands_between_two_tags_and_is_three_words_or_more():
    template = "{% if a < b %}It is <b>so</b> well &amp; very\n good.{# not this, ever #}{% else %}No.{% endif %}"
    assert list(read_sentences(template)) == ["well & very good."]


def test_there_are_texts_to_look_at():
    assert len(TEXTS) > 100
