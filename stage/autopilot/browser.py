"""A person with a browser, as far as HTTP goes: cookies, redirects, links and forms; no JavaScript.

In the flow it stands where a person's own browser would: the parties cannot tell the difference, and no step of
the flow is left out for it. ``on_answer`` sees every answer, those on the way through redirects included.

Deliberately does not: leave the demo. It follows a redirect to wherever the parties send it, with no proxy of this
machine in between, and gives up after ``MAX_REDIRECTS``.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

import requests

from stage.autopilot.page import Form, Lost, Page
from stage.kit.people import Person

TIMEOUT: Final = 40  # seconds: longer than the longest wait that a party allows itself
REDIRECTS: Final = (301, 302, 303, 307, 308)
MAX_REDIRECTS: Final = 20
Data = dict[str, str | list[str]]


class Browser:
    """One person's browser. ``session`` keeps her cookies; nothing else is kept."""

    def __init__(self, on_answer: Callable[[requests.Response], None] | None = None) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        if on_answer:
            self.session.hooks["response"].append(lambda answer, *_, **__: on_answer(answer))

    def open(self, url: str, *, stop_at: str = "") -> Page:
        """Go there, and wherever that leads. A redirect to ``stop_at`` is not followed: the page's url is it."""
        return self._go("GET", url, None, stop_at)

    def click(self, page: Page, words: str) -> Page:
        return self.open(page.link(words))

    def submit(self, page: Page, form: Form, *, press: str = "", stop_at: str = "", **typed: str) -> Page:
        """Fill in and send; ``press`` is the text, value or name of the button, by default the first."""
        data: Data = {**form.fields, **form.ticked, **typed}
        for button in form.buttons:
            if not press or press in (button.value, button.name) or press in button.text:
                if button.name:
                    data[button.name] = button.value
                break
        else:
            raise Lost(f"{page.place} has no button {press!r} in this form: {form.buttons}")
        if form.method == "get":
            return self.open(f"{form.action.partition('?')[0]}?{urlencode(data, doseq=True)}")
        return self._go("POST", form.action, data, stop_at, origin=page.url)

    def sign_in_at_idp(self, page: Page, person: Person, *, stop_at: str = "") -> Page:
        """Type login and password into the IdP's sign-in page, and go where that leads."""
        form = page.form(having="password")
        return self.submit(page, form, login=person.email, password=person.password, stop_at=stop_at)

    def approve_at_idp(self, page: Page, *, stop_at: str = "") -> Page:
        """Say yes to the question for the second factor, and go where that leads."""
        return self.submit(page, page.form(having="push"), press="approve", stop_at=stop_at)

    def _go(self, method: str, url: str, data: Data | None, stop_at: str, origin: str = "") -> Page:
        for _ in range(MAX_REDIRECTS):
            headers = {"Accept": "text/html"}
            if method == "POST":
                headers["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(origin))
            answer = self.session.request(
                method, url, data=data, headers=headers, allow_redirects=False, timeout=TIMEOUT
            )
            onward = _find_onward(answer)
            if not onward:
                return _read(answer)
            url = urljoin(url, onward)
            if stop_at and url.startswith(stop_at):
                return Page(url, answer.status_code, "", dict(answer.headers))
            method, data = "GET", None
        raise Lost(f"redirected more than {MAX_REDIRECTS} times, last to {url.partition('?')[0]}")


def _read(answer: requests.Response) -> Page:
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return Page(answer.url, answer.status_code, answer.text if is_html else "", dict(answer.headers))


def _find_onward(answer: requests.Response) -> str:
    """Where a browser goes next by itself: a redirect, or a page that says ``Refresh: 0; url=...``."""
    if answer.status_code in REDIRECTS:
        return answer.headers["Location"]
    pause, _, url = answer.headers.get("Refresh", "").partition("; url=")
    return url if pause == "0" else ""
