"""A person with a browser (``stage.autopilot.browser``) whose every answer is noted.

So the suite can say at its end that nobody was ever answered with a 500, and that no page named a foreign address.
"""

from collections import Counter
from dataclasses import dataclass, field

import requests

from stage.autopilot.browser import Browser
from stage.autopilot.page import Page
from tests.cast import Person


@dataclass
class Notes:
    """What the whole session has seen: broken answers, addresses that pages load from, and everything secret."""

    broken: list[str] = field(default_factory=list)
    loads: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)

    def note(self, answer: requests.Response) -> None:
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500 and answer.status_code != 503:
            self.broken.append(f"{answer.request.method} {answer.url} was answered {answer.status_code}")


def new_session(notes: Notes) -> requests.Session:
    return Browser(notes.note).session


class Visitor(Browser):
    def __init__(self, notes: Notes) -> None:
        super().__init__(notes.note)
        self.notes = notes

    def _go(self, *of_request: object, **named: object) -> Page:
        page = super()._go(*of_request, **named)
        self.notes.loads.update(page.loads)
        return page

    def sign_in_at_idp(self, page: Page, person: Person, *, stop_at: str = "") -> Page:
        self.notes.secrets.add(person.password)
        return super().sign_in_at_idp(page, person, stop_at=stop_at)
