"""What the README and its neighbours point to is there."""

import re

import pytest

from stage.kit.people import PEOPLE
from tests.house.rooms import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_it_names_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^):#\s]+)\)|(?:src|srcset)=\"([^\":]+)\"", text)
    named = re.findall(r"`((?:xaa|agent0|todo0|idp_mock|stage|docs|tests|requirements|\.ci)/[\w./-]*)`", text)
    paths = {one or other for one, other in linked} | set(named)
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


def test_the_readme_introduces_the_whole_cast_with_their_passwords():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [one.key for one in PEOPLE if one.email not in text or one.password not in text] == []


def test_the_readme_leads_a_newcomer_on_in_the_order_in_which_she_wants_to_go():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    ways = (
        "make demo",
        "Run the flow for me",
        "The recorder",
        "Break it",
        "Pre-flight",
        "docs/presenting.md",
        "Lift it",
    )
    assert sorted(ways, key=text.index) == list(ways)


def test_every_make_target_in_the_docs_is_a_command():
    from stage.door.commands import COMMANDS

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+): ;", makefile, flags=re.MULTILINE))
    mentioned = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)`", (ROOT / page).read_text())}
    assert mentioned <= targets <= COMMANDS.keys()
