"""A page in every look that a person can choose, held against WCAG 2.2 AA by axe-core, and loaded once.

Three themes (light, dark, high contrast on either ground) with stage mode and without make eight looks; the ninth
is a window of 320 pixels. A page is loaded once, and its look is changed in place, by the attribute and the
stylesheet with which the server answers such a choice (``stage.kit.look``). So eight looks are **derived**:
``test_looks`` holds them against what is served. Every rule is asked once in each mode, in light; in the other
looks those that hang on colours and sizes, since the words, roles and names of a page are the same in all. Of the
frame around a page, and of a diagram, the other looks ask where it is not what was seen before.

Deliberately does not: look into frames. What the split view shows in them are pages of the walk.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES_OF_A_LOOK = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]
PARTS = [".rail", ".topbar", ".footer", ".diagram"]
"""What many pages have, and mostly the same."""
WIDER_THAN_ITS_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Look:
    """``theme`` as the cookie says it, empty for the system's own, which is ``scheme``."""

    scheme: str
    theme: str = ""
    stage: bool = False
    width: int = 1280

    def __str__(self) -> str:
        words = [self.theme or self.scheme, f"on {self.scheme}" * (self.theme == "contrast")]
        return " ".join(filter(None, [*words, "on stage" * self.stage, f"at {self.width}"]))

    @property
    def rules(self) -> list[str]:
        return LEVELS if (self.scheme, self.theme) == ("light", "") else RULES_OF_A_LOOK

    @property
    def shown(self) -> dict[str, Any]:
        """As ``Look.shown_theme`` of the server has it: in stage mode light is the default."""
        return {"theme": self.theme or ("light" if self.stage else ""), "stage": self.stage}


PLAIN = Look("light")
LOOKS = (
    PLAIN,
    Look("light", "contrast"),
    Look("light", stage=True),
    Look("light", "contrast", stage=True),
    Look("dark"),
    Look("dark", "contrast"),
    Look("dark", "dark", stage=True),
    Look("dark", "contrast", stage=True),
    Look("dark", width=320),
)
DRESS = """async ({theme, stage}) => {
    const root = document.documentElement;
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    root.toggleAttribute('data-stage', stage);
    document.body.classList.toggle('on-stage', stage);
    let link = document.querySelector("[href*='/kit/stage']");
    if (!link) await new Promise(done => {
        const sheets = [...document.querySelectorAll("[href*='/kit/'][rel=stylesheet]")];
        link = Object.assign(document.createElement('link'), {rel: 'stylesheet', onload: done, onerror: done});
        link.href = sheets[0].href.replace(/house[^/]*css/, 'stage.css');
        sheets.at(-1).after(link);
    });
    link.sheet.disabled = !stage;
}"""
READ_PARTS = """parts => parts.map(part => [part, document.querySelector(part)?.outerHTML ?? ''])"""
CHANGING = re.compile(r' (?:href|value|action|id|datetime)="[^"]*"|[0-9]+')
ASK_AXE = """async ([only, without]) => {
    const options = {runOnly: only, resultTypes: ['violations'], selectors: false, iframes: false};
    const body = getComputedStyle(document.body);
    const {fontSize} = getComputedStyle(document.documentElement);
    const shows = [body.backgroundColor, body.color, fontSize].join(' ');
    const {violations} = await axe.run({exclude: without.map(part => [part])}, options);
    return {shows, wrong: violations.flatMap(({id, nodes}) =>
        nodes.map(({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`))};
}"""
UNFOLD = """[...document.querySelectorAll('main details:not([open])')].slice(0, 6)
    .forEach(one => { one.open = true; one.toggleAttribute('data-unfolded'); })"""
FOLD = """document.querySelectorAll('[data-unfolded]').forEach(one => {
    one.open = false; one.removeAttribute('data-unfolded'); })"""


def look_at(page: Page, known: set[str] | None = None) -> Iterator[str]:
    """What is wrong with it, also in what is folded away (of a long list, the first); afterwards it is as before.

    Of the ``known``, the parts that were seen on a page before as they are here, only the first looks ask again.
    What is served on stage, as one frame of the story at a time, is there on stage alone.
    """
    page.evaluate(UNFOLD)
    page.evaluate(AXE_SCRIPT)
    without = find_known(page, known) if known is not None else []
    shown: dict[str, Look] = {}
    now = PLAIN
    is_staged = page.locator("html[data-stage]").count() > 0
    for look in [look for look in LOOKS if look.stage or not is_staged]:
        if look.scheme != now.scheme:
            page.emulate_media(color_scheme=look.scheme)
        if look.width != now.width:
            page.set_viewport_size({"width": look.width, "height": 720})
        page.evaluate(DRESS, look.shown)
        seen = page.evaluate(ASK_AXE, [look.rules, [] if look.rules == LEVELS else without])
        yield from (f"{look}: {wrong}" for wrong in seen["wrong"])
        if look.width == PLAIN.width and (same := shown.setdefault(seen["shows"], look)) != look:
            yield f"{look}: looks as {same}, {seen['shows']}"
        if not look.stage and (by := page.evaluate(WIDER_THAN_ITS_WINDOW)) > 0:
            yield f"{look}: scrolls sideways by {by} pixels"
        now = look
    page.evaluate(DRESS, {"theme": "light", "stage": True} if is_staged else PLAIN.shown)
    page.evaluate(FOLD)
    page.set_viewport_size({"width": PLAIN.width, "height": 720})
    page.emulate_media(color_scheme=PLAIN.scheme)


def find_known(page: Page, known: set[str]) -> list[str]:
    """The parts of the page that are among ``known``; the others are from now on."""
    parts = {part: CHANGING.sub("", html) for part, html in page.evaluate(READ_PARTS, PARTS) if html}
    found = [part for part, html in parts.items() if html in known]
    known.update(parts.values())
    return found
