"""A person with a browser, as far as HTTP goes: cookies, redirects, links and forms; no JavaScript.

Every answer is noted, so that the suite can say at its end that nobody was ever answered with a 500, and that no
page named a foreign address.
"""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from tests.cast import Person
from tests.flow.pages import Form, Page

TIMEOUT = 40
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 20


@dataclass
class Notes:
    """What the whole session has seen: broken answers, addresses that pages load from, and everything secret."""

    broken: list[str] = field(default_factory=list)
    loads: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    def note(self, answer: requests.Response, *_: object, **__: object) -> None:
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code != 503:
            self.broken.append(f"{answer.request.method} {answer.url} was answered {answer.status_code}")


def new_session(notes: Notes) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy of this machine between the test and the demo
    session.hooks["response"].append(notes.note)
    return session


class Visitor:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.session = new_session(notes)

    def open(self, url: str, *, stop_at: str = "") -> Page:
        """Go there, and wherever that leads. A redirect to ``stop_at`` is not followed: the page's url is it."""
        return self._go("GET", url, None, stop_at)

    def click(self, page: Page, words: str) -> Page:
        return self.open(page.link(words))

    def submit(self, page: Page, form: Form, *, press: str = "", stop_at: str = "", **typed: str) -> Page:
        """Fill in and send; ``press`` is the text, value or name of the button, by default the first."""
        data = {**form.fields, **typed}
        for button in form.buttons:
            if not press or press in (button.value, button.name) or press in button.text:
                if button.name:
                    data[button.name] = button.value
                break
        else:
            raise AssertionError(f"{page.url} has no button {press!r} in this form: {form.buttons}")
        if form.method == "get":
            return self.open(f"{form.action.partition('?')[0]}?{urlencode(data)}")
        return self._go("POST", form.action, data, stop_at, origin=page.url)

    def _go(self, method: str, url: str, data: dict[str, str] | None, stop_at: str, origin: str = "") -> Page:
        for _ in range(MAX_REDIRECTS):
            headers = {"Accept": "text/html"}
            if method == "POST":
                headers["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(origin))
            answer = self.session.request(
                method, url, data=data, headers=headers, allow_redirects=False, timeout=TIMEOUT
            )
            onward = _find_onward(answer)
            if not onward:
                return self._read(answer)
            url = urljoin(url, onward)
            if stop_at and url.startswith(stop_at):
                return Page(url, answer.status_code, "", dict(answer.headers))
            method, data = "GET", None
        raise AssertionError(f"redirected more than {MAX_REDIRECTS} times, last to {url.partition('?')[0]}")

    def _read(self, answer: requests.Response) -> Page:
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        page = Page(answer.url, answer.status_code, answer.text if is_html else "", dict(answer.headers))
        self.notes.loads.update(page.loads)
        return page

    def sign_in_at_idp(self, page: Page, person: Person, *, stop_at: str = "") -> Page:
        """Type login and password into the IdP's sign-in page, and go where that leads."""
        self.notes.secrets.add(person.password)
        form = page.form(having="password")
        return self.submit(page, form, login=person.email, password=person.password, stop_at=stop_at)

    def approve_at_idp(self, page: Page, *, stop_at: str = "") -> Page:
        """Say yes to the question for the second factor, and go where that leads."""
        return self.submit(page, page.form(having="push"), press="approve", stop_at=stop_at)


def _find_onward(answer: requests.Response) -> str:
    """Where a browser goes next by itself: a redirect, or a page that says ``Refresh: 0; url=...``."""
    if answer.status_code in REDIRECTS:
        return answer.headers["Location"]
    pause, _, url = answer.headers.get("Refresh", "").partition("; url=")
    return url if pause == "0" else ""
