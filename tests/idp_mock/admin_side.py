"""A browser in which somebody of an enterprise is signed in, and what it finds on a page."""

import re

from django.http import HttpResponse
from django.test import Client

from stage.kit import people
from tests.form_reader import read_forms
from tests.idp_mock.app_side import csrf_token, post_form

__all__ = ["read_forms", "save_at", "signed_in", "submit", "text_of"]


def signed_in(person: people.Person) -> Client:
    """A browser of ``person``, against which CSRF protection is on."""
    browser = Client(enforce_csrf_checks=True)
    answer = post_form(browser, f"/{person.enterprise}/login", persona=person.sub)
    assert answer.status_code == 303, answer.content
    return browser


def submit(browser: Client, page: HttpResponse, address: str, **changed: str | list[str]) -> HttpResponse:
    """Send the page's form at ``address`` with its button, as it stands but for ``changed``."""
    forms = read_forms(page)
    fields = forms.forms[address] | forms.buttons[address] | changed
    return browser.post(address, fields | {"csrfmiddlewaretoken": csrf_token(page)})


def save_at(browser: Client, address: str, **changed: str | list[str]) -> HttpResponse:
    """Open the page at ``address`` and send the form that it has for itself."""
    return submit(browser, browser.get(address), address, **changed)


def text_of(page: HttpResponse) -> str:
    """What a person reads: without tags, runs of white space as one space."""
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())
