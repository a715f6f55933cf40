"""A page of the console as a browser reads it: its forms with their fields, and what a person sees."""

import re
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client


class FormReader(HTMLParser):
    """The fields of every form of a page as a browser would send them, by the form's address."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, list[str]]] = {}
        self._here = ""
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = found.get("action", "")
            self.forms[self._here] = {}
        elif tag == "textarea" and self._here:
            self._area = found["name"]
            self.forms[self._here][self._area] = [""]
        elif tag == "select" and self._here:
            self._select = found["name"]
        elif tag == "option" and self._select:
            fields = self.forms[self._here]
            if "selected" in found or self._select not in fields:
                fields[self._select] = [found.get("value", "")]
        elif tag in ("input", "button") and self._here and "name" in found:
            is_choice = found.get("type") in ("checkbox", "radio")
            if not is_choice or "checked" in found:
                value = found.get("value", "on" if is_choice else "")
                self.forms[self._here].setdefault(found["name"], []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[self._here][self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = ""
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def submit(browser: Client, page: HttpResponse, action: str, **changed: str | list[str] | None) -> HttpResponse:
    """Send the page's form at ``action`` as it stands but for ``changed``; None leaves a box empty."""
    reader = FormReader()
    reader.feed(page.content.decode())
    fields = {name: value for name, value in (reader.forms[action] | changed).items() if value is not None}
    return browser.post(action, fields)


def text_of(page: HttpResponse) -> str:
    """What a person reads: without tags, runs of white space as one space."""
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
