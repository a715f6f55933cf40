"""One demo and one browser for the whole session; a context of its own, at 1280x720, for each person."""

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.chromium import find_chromium, running_chromium
from tests.browser.witness import Witness
from tests.flow.demo import Demo, fresh_folder, running_demo

SIZE = {"width": 1280, "height": 720}
PATIENCE = 30_000  # milliseconds


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not find_chromium():
        reason = "NO BROWSER: no chromium on this machine, so no page was looked at. apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def demo(browser: Browser) -> Iterator[Demo]:
    """After ``browser``, so that without one no demo is started."""
    with fresh_folder() as folder, running_demo(folder) as demo:
        yield demo


@pytest.fixture
def witness() -> Iterator[Witness]:
    """At the end of each test nobody has looked elsewhere and no page has complained."""
    witness = Witness()
    yield witness
    assert witness.foreign == []
    assert witness.errors == []
    assert witness.requests > 0


@pytest.fixture
def new_person(browser: Browser, witness: Witness) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody's browser: ``new_person(java_script_enabled=False)``."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": SIZE, "locale": "en-GB", **options})
        context.set_default_timeout(PATIENCE)
        witness.watch(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
