"""What a person does with her hands: each click and each key, told by the browser itself.

Deliberately does not: count what a script does. Only an event that the browser trusts is a person's.
"""

from playwright.sync_api import Page

NOTE = """
for (const kind of ["click", "keydown"]) {
    addEventListener(kind, (event) => { if (event.isTrusted) noteInput(kind); }, true);
}
"""


def count_inputs(page: Page) -> list[str]:
    """From now on, in every frame of ``page``: "click" and "keydown", as they come."""
    done: list[str] = []

    def note(kind: str) -> None:
        done.append(kind)

    page.expose_function("noteInput", note)
    page.add_init_script(NOTE)
    for frame in page.frames:
        frame.evaluate(NOTE)
    return done
