"""The README's picture is the launchpad's, with values for tokens."""

from xml.etree import ElementTree

import pytest

from stage.kit.settings_base import ROOT
from stage.launchpad.picture import THEMES, draw


@pytest.mark.parametrize("theme", THEMES)
def test_the_picture_in_the_docs_is_the_one_on_the_launchpad(theme):
    kept = (ROOT / "docs" / f"flow-{theme}.svg").read_text()
    assert kept == draw(theme), "the picture changed: run 'python3 manage.py stage draw_picture'"


@pytest.mark.parametrize("theme", THEMES)
def test_the_picture_stands_alone_and_says_what_it_shows(theme):
    svg = ElementTree.fromstring(draw(theme))  # noqa: S314 - our own drawing
    assert "Todo0 trusts Acme IdP" in svg[0].text
    assert "var(" not in draw(theme)
    assert "class=" not in draw(theme)
