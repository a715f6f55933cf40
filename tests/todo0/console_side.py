"""A page of the console as a browser reads it: its forms with their fields, and what a person sees."""

import re

from django.http import HttpResponse
from django.test import Client

from tests.form_reader import read_forms

__all__ = ["read_forms", "submit", "text_of"]


def submit(browser: Client, page: HttpResponse, action: str, **changed: str | list[str] | None) -> HttpResponse:
    """Send the page's form at ``action`` as it stands but for ``changed``; None leaves a box empty."""
    reader = read_forms(page)
    sent = reader.forms[action] | reader.buttons[action] | changed
    fields = {name: value for name, value in sent.items() if value is not None}
    return browser.post(action, fields)


def text_of(page: HttpResponse) -> str:
    """What a person reads: without tags, runs of white space as one space."""
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
