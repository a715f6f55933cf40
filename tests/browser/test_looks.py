"""What ``looks`` derives is what is served, every look is another one, and a page that is harmed is noticed."""

import re
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.looks import DRESS, LOOKS, Look, look_at
from tests.flow.demo import Demo

NewPerson = Callable[..., BrowserContext]
PAGES = ("stage", ""), ("stage", "/settings"), ("stage", "/break/F03"), ("agent0", ""), ("todo0", ""), ("idp", "")
# Of all but the way to the tape, which is served on stage alone.
STYLES = """() => [...document.querySelectorAll('html, body, body :not([data-tape])')]
    .flatMap(one => ['', '::before'].map(part => {
    const style = getComputedStyle(one, part);
    const names = ['color', 'background-color', 'background-image', 'border-color', 'font-size', 'display',
                   'padding', 'box-shadow', 'min-height'];
    return [one.tagName, one.className, ...names.map(name => style.getPropertyValue(name))].join(' ');
}))"""
PALE = "h1 { color: color-mix(in srgb, var(--paper), var(--ink) 20%) }"
IN_CONTRAST = [look for look in LOOKS if look.theme == "contrast"]
HARMS = (
    (PALE, LOOKS),
    (f"[data-stage] {PALE}", [look for look in LOOKS if look.stage]),
    (f"[data-theme=contrast] {PALE}", IN_CONTRAST),
    ("h1 { color: light-dark(#000, #333) }", [look for look in LOOKS if look.scheme == "dark"]),
    ("h1 { min-width: 22rem }", [look for look in LOOKS if look.width == 320]),
    (
        """[data-theme=contrast]:not([data-stage]) {
            --paper: light-dark(#fbfbf9, #101217); --ink: light-dark(#16181d, #eceef3) }""",
        [look for look in IN_CONTRAST if not look.stage],
    ),
)
"""A stylesheet, and the looks in which it does harm; the last one's is that high contrast looks as usual."""
ADD_STYLES = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
}"""


def choose(page: Page, address: str, look: Look) -> None:
    """By the cookies that a person's choices are."""
    chosen = {"theme": look.theme, "stage": "on" if look.stage else ""}
    page.context.clear_cookies(name=re.compile("^(theme|stage)$"))
    page.context.add_cookies(
        [{"name": name, "value": value, "url": address} for name, value in chosen.items() if value]
    )


@pytest.mark.parametrize("look", LOOKS[1:-1], ids=str)
def test_a_look_that_is_derived_is_the_one_that_is_served(demo: Demo, new_person: NewPerson, look: Look) -> None:
    served, derived = new_person().new_page(), new_person().new_page()
    for party, path in PAGES:
        choose(served, demo.url(party), look)
        for page in (served, derived):
            page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
            page.goto(f"{demo.url(party)}{path}")
        plain = derived.evaluate(STYLES)
        derived.evaluate(DRESS, look.shown)
        assert derived.evaluate(STYLES) == served.evaluate(STYLES), f"{party}{path}, {look}"
        assert (derived.evaluate(STYLES) == plain) == (look.shown == LOOKS[0].shown)


@pytest.mark.parametrize(("css", "looks"), HARMS, ids=map(str, range(len(HARMS))))
def test_a_page_that_is_harmed_is_noticed(
    demo: Demo, new_person: NewPerson, css: str, looks: Sequence[Look]
) -> None:
    page = new_person().new_page()
    page.goto(demo.url("idp"))
    page.evaluate(ADD_STYLES, css)
    assert {wrong.partition(":")[0] for wrong in look_at(page)} == {str(look) for look in looks}


def test_a_rule_that_no_look_changes_is_asked_in_either_mode(demo: Demo, new_person: NewPerson) -> None:
    page = new_person().new_page()
    page.goto(demo.url("idp"))
    assert list(look_at(page)) == []
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [wrong.partition(" <")[0] for wrong in look_at(page)] == [
        f"{look}: html-has-lang:" for look in LOOKS if look.scheme == "light" and not look.theme
    ]
