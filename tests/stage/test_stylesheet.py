"""One stylesheet: small, complete, and readable by people who see colours badly."""

import re

import pytest

from stage.kit.settings_base import ROOT
from stage.launchpad.picture import STYLESHEET, load_colours

CSS = STYLESHEET.read_text()
CHOICES = STYLESHEET.with_name("choices.css")
OF_APPS = sorted(path for path in ROOT.glob("*/*/static/**/*.css") if path != STYLESHEET)
CLASSES = {name for path in (STYLESHEET, *OF_APPS) for name in re.findall(r"\.([a-z][\w-]*)", path.read_text())}
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.svg"))
LOGIC = re.compile(r"\{%.*?%\}|\{#.*?#\}")
VARIABLE = re.compile(r"\{\{.*?\}\}")
PLACES = ("idp", "agent0", "todo0", "api", "you", "stage", "id-jag")
TONES = ("ok", "deny", "narrowed", "info", "muted", "ink")


def find_classes(template: str) -> set[str]:
    """Class names in ``template``; where logic completes a name, its beginning with each possible end."""
    found: set[str] = set()
    for value in re.findall(r'\sclass="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', template):
        for word in VARIABLE.sub("{{", LOGIC.sub("\0", value)).split():
            start, *ends = re.split(r"\0", word)
            found |= {start + end for end in ends if end} or {start}
    return {name for name in found if name}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_class_in_a_template_is_in_the_stylesheet(path):
    unknown = set()
    for name in find_classes(path.read_text()):
        start, variable, _ = name.partition("{{")
        known = any(known.startswith(start) for known in CLASSES) if variable else name in CLASSES
        if not known:
            unknown.add(name)
    assert unknown == set()


def test_classes_are_found_through_the_templates_logic():
    template = '<p class="a {% if x == "y" %}a--b{% else %}a--c{% endif %} d--{% if z %}e{% endif %} f--{{ g }}">'
    assert find_classes(template) == {"a", "a--b", "a--c", "d--e", "f--{{"}


def test_the_stylesheet_is_small_and_loads_nothing():
    assert len(CSS.encode()) <= 20 * 1024
    assert "url(" not in CSS
    assert "@import" not in CSS


PAIR = re.compile(r"--strong-([\w-]+): light-dark\((#\w+), (#\w+)\)")
STRONG = {name: (light, dark) for name, light, dark in PAIR.findall(CHOICES.read_text())}


@pytest.mark.parametrize("name", PLACES[:5] + PLACES[6:] + TONES[:5])
def test_the_strong_colours_have_seven_to_one_on_every_ground(name):
    """For high contrast and for a projector, on the grounds of either theme and on black and white."""
    for theme, strong, plain in (("light", STRONG[name][0], "#fff"), ("dark", STRONG[name][1], "#000")):
        colours = load_colours(theme)
        for ground in (*(colours[one] for one in ("paper", "surface", "sunken")), plain):
            assert contrast(strong, ground) >= 7


def test_a_strong_line_has_four_and_a_half_to_one():
    for theme, strong in zip(("light", "dark"), STRONG["edge"], strict=True):
        grounds = [load_colours(theme)[ground] for ground in ("paper", "surface", "sunken")]
        assert min(contrast(strong, ground) for ground in grounds) >= 4.5


def test_every_strong_colour_is_used_wherever_strong_ones_are_wanted():
    blocks = CHOICES.read_text().count("var(--strong-")
    assert blocks == 3 * len(STRONG)


@pytest.mark.parametrize("path", [path for path in OF_APPS if path != CHOICES], ids=lambda path: path.name)
def test_a_stylesheet_of_an_app_takes_its_colours_from_the_house_and_loads_nothing(path):
    own = path.read_text()
    assert len(own.encode()) <= 16 * 1024
    assert "url(" not in own
    assert "@import" not in own
    assert re.findall(r"#[0-9a-f]{3,8}\b(?!0)", own.replace("#0000", "")) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PLACES + TONES)
def test_a_colour_that_carries_words_is_readable_on_every_ground(theme, name):
    colours = load_colours(theme)
    for ground in ("paper", "surface", "sunken"):
        assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_line_that_carries_meaning_is_visible_on_every_ground(theme):
    colours = load_colours(theme)
    for ground in ("paper", "surface", "sunken"):
        assert contrast(colours["edge"], colours[ground]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_on_an_accent_are_readable(theme):
    colours = load_colours(theme)
    for name in (*PLACES, "deny"):
        assert contrast(colours["on-accent"], colours[name]) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours as ``#rgb`` or ``#rrggbb``."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    pairs = [digit * 2 for digit in digits] if len(digits) == 3 else re.findall("..", digits)
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(pair, 16) / 255 for pair in pairs)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
