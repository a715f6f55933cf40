"""The five-minute story in a browser, as ``docs/presenting.md`` has it: eighteen clicks, and not one thing typed.

In a demo of its own: the story begins and ends with a new world, and everybody else would lose theirs.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.telling import SplitView
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo

NewPerson = Callable[..., BrowserContext]
COUNT = """
for (const kind of ["click", "keydown"]) {
  addEventListener(kind, (event) => { if (event.isTrusted) noteInput(kind); }, true);
}
"""


@pytest.fixture(scope="module")
def theatre(browser: Browser) -> Iterator[Demo]:
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        yield demo


@pytest.fixture
def presenter(theatre: Demo, new_person: NewPerson) -> SplitView:
    return SplitView(new_person().new_page(), theatre)


def test_eighteen_clicks_tell_it_and_what_each_promises_is_in_view(presenter: SplitView) -> None:
    done: list[str] = []
    presenter.begin()
    presenter.page.context.expose_binding("noteInput", lambda source, kind: done.append(kind))
    presenter.page.context.add_init_script(COUNT)
    for frame in presenter.page.frames:
        frame.evaluate(COUNT)
    for scene in presenter.scenes():
        expect(scene.aim).to_be_in_viewport(ratio=1)  # nobody scrolls before an audience
        scene.aim.click()
        scene.expect()
    assert done == ["click"] * 18
