"""What people read has no host, port or seeded id in it: those come from the environment and from the rows."""

import re

import pytest

from stage.kit.people import PEOPLE
from stage.kit.registrations import REGISTRATIONS
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


def test_there_are_texts_to_look_at():
    assert len(TEXTS) > 100
