"""A browser in which somebody of an enterprise is signed in, and what it finds on a page."""

import re
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client

from stage.kit import people
from tests.idp_mock.app_side import csrf_token, post_form


def signed_in(person: people.Person) -> Client:
    """A browser of ``person``, against which CSRF protection is on."""
    browser = Client(enforce_csrf_checks=True)
    answer = post_form(browser, f"/{person.enterprise}/login", persona=person.sub)
    assert answer.status_code == 303, answer.content
    return browser


class FormReader(HTMLParser):
    """The fields of every form of a page as a browser would send them, by the form's address."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self.buttons: dict[str, dict[str, str]] = {}
        self._here = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = found.get("action", "")
            self.forms[self._here], self.buttons[self._here] = {}, {}
        elif tag == "select" and self._here:
            self._select = found["name"]
        elif tag == "option" and self._select:
            if "selected" in found or self._select not in self.forms[self._here]:
                self.forms[self._here][self._select] = [found.get("value", "")]
        elif tag == "button" and self._here and "name" in found:
            self.buttons[self._here] |= {found["name"]: found["value"]}
        elif tag == "input" and self._here and "name" in found:
            is_choice = found.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in found:
                self.forms[self._here].setdefault(found["name"], []).append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = ""
        elif tag == "select":
            self._select = ""


def read_forms(page: HttpResponse) -> FormReader:
    reader = FormReader()
    reader.feed(page.content.decode())
    return reader


def submit(browser: Client, page: HttpResponse, address: str, **changed: str | list[str]) -> HttpResponse:
    """Send the page's form at ``address`` with its button, as it stands but for ``changed``."""
    forms = read_forms(page)
    fields = forms.forms[address] | forms.buttons[address] | changed
    return browser.post(address, fields | {"csrfmiddlewaretoken": csrf_token(page)})


def text_of(page: HttpResponse) -> str:
    """What a person reads: without tags, runs of white space as one space."""
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
