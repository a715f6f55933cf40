"""pa11y reads every page of the browser's walk, in light and in dark, by HTML_CodeSniffer's rules for WCAG 2, AA.

Whoever walks is signed in, by the cookies of that browser, and pa11y takes the very page over the browser's
debugging port: nothing is loaded a second time. Of the states of one address it reads the first. Every state is
for axe (``tests/browser/test_accessibility``), and so are the other looks.

Deliberately does not: take its warnings and notices for findings, which are questions to a person.
"""

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.routes import address_of
from tests.browser.whole_walk import SIZE, walk_everywhere
from tests.flow.demo import Demo, free_ports
from tests.interop.peers import Peer, Peers

USERNAME = r'1_3_5\.H98: <input [^>]*type="email"[^>]* autocomplete="username"'
PRESETS = r"H43\.HeadersRequired: <table[^>]*>\s*<caption>What differs fr"
NO_FINDINGS = {
    USERNAME: "the HTML standard lets a field for an e-mail address be the username (4.10.18.7.1, control group"
    " Username); HTML_CodeSniffer has the table of HTML 5.1",
    PRESETS: "its groups of rows have a header of scope rowgroup, which WCAG's technique H63 takes as well as"
    " headers attributes; HTML_CodeSniffer counts two headers to a column and wants those alone",
}
"""What pa11y says of a page that is well, and why it is."""
marks = map(str, itertools.count())


@pytest.fixture(scope="module")
def port() -> int:
    """Of the browser, for whoever else has a hand on it."""
    return free_ports(1)[0]


@pytest.fixture(scope="module")
def browser(port: int) -> Iterator[Browser]:
    if not find_chromium():
        pytest.skip("NO BROWSER: no chromium on this machine, so pa11y had nothing to read")
    with sync_playwright() as playwright:
        arguments = [*FLAGS, f"--remote-debugging-port={port}"]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pa11y(peers: Peers, browser: Browser, port: int) -> Iterator[Peer]:
    with peers.running("pa11y.mjs", {"browser": f"http://127.0.0.1:{port}", "viewport": SIZE}) as pa11y:
        yield pa11y


def read(pa11y: Peer, page: Page) -> list[str]:
    page.evaluate("mark => { document.documentElement.dataset.read = mark }", mark := next(marks))
    found = pa11y.ask({"url": page.url, "mark": mark})
    return [one for one in found if not any(re.search(known, one) for known in NO_FINDINGS)]


def test_pa11y_finds_nothing_on_any_page_in_light_or_dark(demo: Demo, browser: Browser, pa11y: Peer) -> None:
    found: dict[str, list[str]] = {}
    for _, page in walk_everywhere(demo, browser):
        if (address := address_of(page)) in found:
            continue
        found[address] = []
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            found[address] += [f"{address} in {scheme}: {one}" for one in read(pa11y, page)]
    assert [one for ones in found.values() for one in ones] == []
    assert len(found) > 60


def test_pa11y_finds_what_is_wrong(demo: Demo, browser: Browser, pa11y: Peer) -> None:
    """The good twin of finding nothing."""
    page = browser.new_page(viewport=SIZE)
    page.goto(demo.url("idp"))
    assert read(pa11y, page) == []
    page.evaluate("document.querySelector('h1').style.color = '#ccc'")
    assert [one for one in read(pa11y, page) if "1_4_3" in one]
    page.context.close()
