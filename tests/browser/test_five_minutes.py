"""The five-minute story in a browser, as ``docs/presenting.md`` has it: eighteen clicks, and not one thing typed.

In a demo of its own: the story begins and ends with a new world, and everybody else would lose theirs.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.inputs import count_inputs
from tests.browser.keys import Keyboard
from tests.browser.telling import SplitView
from tests.browser.walk import PATIENCE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo

NewPerson = Callable[..., BrowserContext]
ORDER = ("bar", "show-left", "above", "show-right")
"""In which Tab goes through the window."""
PLACE = """element => element.ownerDocument.defaultView.name || (element.closest("#world") ? "bar" : "above")"""


@pytest.fixture(scope="module")
def theatre(browser: Browser) -> Iterator[Demo]:
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        yield demo


@pytest.fixture
def presenter(theatre: Demo, new_person: NewPerson) -> SplitView:
    return SplitView(new_person().new_page(), theatre)


def test_eighteen_clicks_tell_it_and_what_each_promises_is_in_view(presenter: SplitView) -> None:
    presenter.begin()
    done = count_inputs(presenter.page)
    for scene in presenter.scenes():
        expect(scene.aim).to_be_in_viewport(ratio=1, timeout=PATIENCE)  # nobody scrolls before an audience
        scene.aim.click()
        scene.expect()
    assert done == ["click"] * 18


def test_it_can_be_told_by_keys_alone_and_whoever_does_sees_where_she_is(presenter: SplitView) -> None:
    keyboard = Keyboard(presenter.page)
    presenter.begin()
    frames = ["", "show-left", "show-right"]
    assert keyboard.walk_around("Tab", at_most=80) == frames
    assert keyboard.walk_around("Shift+Tab", at_most=80) == frames
    keyboard.pressed.clear()
    was = -1
    for scene in presenter.scenes():
        scene.aim.wait_for()
        place = ORDER.index(scene.aim.evaluate(PLACE))
        keyboard.go_to(scene.aim, "Tab" if place >= was else "Shift+Tab")
        keyboard.press("Enter")
        scene.expect()
        was = place if scene.click.pane != "stage" else -1  # the bar brings the whole window back
    print(f"the story by keys: {keyboard.pressed.total()} pressed, {dict(keyboard.pressed)}")
    assert keyboard.unseen == []
    assert set(keyboard.pressed) <= {"Tab", "Shift+Tab", "Enter"}
