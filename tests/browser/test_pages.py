"""Every main page fits, light and dark: nothing scrolls sideways, one heading, one main part, labelled fields."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.main_pages import visit_main_pages
from tests.flow.demo import Demo

NewPerson = Callable[..., BrowserContext]
WIDER_THAN_ITS_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNLABELLED = """[...document.querySelectorAll('input:not([type=hidden]), textarea, select')]
    .filter(one => !one.labels.length && !one.ariaLabel && !one.getAttribute('aria-labelledby')).length"""


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")], ids=["light", "dark", "320 pixels"]
)
def test_the_main_pages_fit_and_are_marked_up(demo: Demo, new_person: NewPerson, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 720}, "color_scheme": scheme}
    seen = []
    for name, page in visit_main_pages(demo, new_person(**options), new_person(**options)):
        seen.append(name)
        assert page.evaluate(WIDER_THAN_ITS_WINDOW) <= 0, f"{name} scrolls sideways at {width} pixels"
        assert page.locator("h1").count() == 1, name
        assert page.locator("main").count() == 1, name
        assert page.locator("html[lang]").count() == 1, name
        assert page.evaluate(UNLABELLED) == 0, name
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        lightness = sum(int(part) for part in background.strip("rgba()").split(",")[:3]) / 3
        assert (lightness > 128) == (scheme == "light"), f"{name} is {background} in {scheme}"
    assert len(seen) == 7
