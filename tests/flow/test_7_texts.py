"""No text of the stage names a host, a port or an id that somebody wrote down: the demo here runs on other ports.

Whoever comes to the launchpad and follows its links reads every page of the stage, as far as links lead. What a
page says may name this demo's own addresses, which it was told; the usual ones it can only have by heart.
"""

import re
from collections import deque
from urllib.parse import urlsplit

import pytest

from stage.autopilot.page import Page
from stage.kit.registrations import EVIL0_URL
from tests.cast import ALICE
from tests.flow.demo import PORTS, Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.wire import Wire

ADDRESS = re.compile(r"(?:https?://)?\b(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?")
SPOKEN = re.compile(r'\s(?:title|aria-label|placeholder|alt|value|href|action)="([^"]*)"')
ONCE = re.compile(r"[0-9a-f]{32}|F\d\d|hop=[\d.]+")
"""What makes many addresses of one page: traces, faults, hops. One of each kind is read."""
AT_MOST = 150


def crawl(wire: Wire, start: str) -> dict[str, Page]:
    """Every page that links lead to from ``start`` on, without leaving its host; one of each kind."""
    visitor, host = wire.visitor(), urlsplit(start).netloc
    waiting, known, pages = deque([start]), {kind_of(start)}, {}
    while waiting and len(pages) < AT_MOST:
        page = visitor.open(waiting.popleft())
        pages[page.url] = page
        for link in (link.partition("#")[0] for _, link in page.links):
            if urlsplit(link).netloc == host and kind_of(link) not in known:
                known.add(kind_of(link))
                waiting.append(link)
    return pages


def kind_of(url: str) -> str:
    parts = urlsplit(ONCE.sub("*", url))
    return f"{parts.path}?{'&'.join(sorted(parts.query.split('&')))}"


def find_foreign(page: Page, own: set[str]) -> set[str]:
    """Ports of this machine that are not of this demo, in what people read and hear, and where they are led.

    A long text is cut somewhere, so the beginning of one of our own is one of our own.
    """
    told = " ".join([page.text, *SPOKEN.findall(page.html)])
    found = set(ADDRESS.findall(told))
    return {f"{host}:{port}" for host, port in found if not (port and any(one.startswith(port) for one in own))}


@pytest.fixture(scope="module")
def pages(wire: Wire, demo: Demo) -> dict[str, Page]:
    """With a flow in the recorder, so that its pages have something to say."""
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    ask(visitor, demo, "What is due today?")
    return crawl(wire, demo.url("stage"))


def test_links_lead_from_the_launchpad_to_every_kind_of_page(pages: dict[str, Page], demo: Demo) -> None:
    paths = {urlsplit(url).path for url in pages}
    for path in ("", "how-it-works", "preflight", "break", "break/F", "recorder", "settings", "show", "presenter"):
        assert any(found.startswith(f"/{path}") for found in paths), path
    assert len(pages) > 20
    assert [url for url, page in pages.items() if page.status != 200] == []


def test_no_page_names_an_address_that_is_not_of_this_demo(pages: dict[str, Page], demo: Demo) -> None:
    own = {demo.environment[name] for name in PORTS} | {str(urlsplit(EVIL0_URL).port)}
    found = {url: foreign for url, page in pages.items() if (foreign := find_foreign(page, own))}
    assert found == {}


@pytest.mark.parametrize("planted", ["at http://localhost:8001", "port 127.0.0.1:8003", "on localhost alone"])
def test_an_address_that_was_written_down_is_found(pages: dict[str, Page], demo: Demo, planted: str) -> None:
    """The good twin: on any of those pages."""
    page = next(iter(pages.values()))
    harmed = Page(page.url, 200, page.html.replace("</h1>", f" {planted}</h1>", 1), {})
    own = {demo.environment[name] for name in PORTS}
    assert (find_foreign(page, own), len(find_foreign(harmed, own))) == (set(), 1)
