"""Somebody without a mouse: Tab and Shift+Tab to where she wants to be, through frames as well, and Enter.

Each stop on the way is looked at: it has to be in view, and to look as if it had the focus (WCAG 2.2, 2.4.7 and
2.4.11).

Deliberately does not: focus anything by a script, or look for a shorter way than the page offers.
"""

from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Locator, Page

AT_MOST = 40
"""Keys from one thing to the next. Whoever needs more will say that it cannot be reached."""
IS_FOCUSED = "element => element === document.activeElement && document.hasFocus()"
IS_IN_FOCUSED_CELL = """element => {
    const cell = element.closest("td");
    return Boolean(cell) && cell === document.activeElement && document.hasFocus();
}"""
FRAME = "element => element.ownerDocument.defaultView.name"
WHO = "element => [element.tagName, element.id, element.name, element.href, element.innerText].join(' ')"
UNSEEN = """element => {
    const style = getComputedStyle(element), boxes = [...element.getClientRects()];
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const seen = boxes.some((box) => {
        const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)];
        const [right, bottom] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
        if (right - left < 1 || bottom - top < 1) return false;
        const there = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return Boolean(there) && (element.contains(there) || there.contains(element));
    });
    const words = (element.innerText || element.name || "").slice(0, 60);
    const who = `${element.tagName} ${words} on ${document.title}`;
    return (outlined ? "" : `no outline: ${who}. `) + (seen ? "" : `out of view: ${who}.`);
}"""


@dataclass
class Keyboard:
    """``unseen`` are the stops at which nobody could have told where she is."""

    page: Page
    pressed: Counter[str] = field(default_factory=Counter)
    unseen: list[str] = field(default_factory=list)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed[key] += 1

    def go_to(self, aim: Locator, key: str) -> None:
        """``key`` is Tab or Shift+Tab, whichever way the page has it."""
        aim.wait_for()
        for _ in range(AT_MOST):
            if aim.evaluate(IS_FOCUSED):
                return
            self.press("Enter" if aim.evaluate(IS_IN_FOCUSED_CELL) else key)  # a cell of a grid is one stop
            self._look()
        raise AssertionError(f"{aim} is more than {AT_MOST} times {key} away")

    def find_focused(self) -> ElementHandle | None:
        """The element at the end of the way through the frames; none when a document as a whole has the focus."""
        frame = self.page.main_frame
        while True:
            element = frame.evaluate_handle("document.activeElement").as_element()
            inner = element.content_frame() if element else None
            if inner is None:
                return element if element and element.evaluate("one => one !== document.body") else None
            frame = inner

    def walk_around(self, key: str, *, at_most: int) -> list[str]:
        """Which frames she comes through, by name, until she is where she began; a trap would keep her."""
        stops: list[tuple[str, str]] = []
        for _ in range(at_most):
            self.press(key)
            self._look()
            element = self.find_focused()
            if element is None:  # a document as a whole, between the last thing and the first
                continue
            stop = (element.evaluate(FRAME), element.evaluate(WHO))
            if stops and stop == stops[0]:
                return sorted({frame for frame, _ in stops})
            stops.append(stop)
        raise AssertionError(f"{key} does not lead out of {stops[-1]} within {at_most} keys")

    def _look(self) -> None:
        if (element := self.find_focused()) and (unseen := element.evaluate(UNSEEN)):
            self.unseen.append(unseen)
