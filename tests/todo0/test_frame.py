"""The frame of the demo around Todo0's pages: it names the enterprise that the person came by, and no other."""

import re

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.todo0.conftest import come_by
from todo0.federation.models import Connection


def rail_of(page: HttpResponse) -> str:
    rail = page.content.decode().partition('<div class="rail"')[2].partition("</nav>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", rail).split())


def browser_of(user: User, connection: str) -> Client:
    browser = Client()
    browser.force_login(user)
    come_by(browser, connection)
    return browser


def test_it_names_her_own_enterprise_on_every_page_also_on_one_that_is_not_there(alice: User) -> None:
    Connection.objects.create(slug="globex", name="Globex", issuer="http://localhost:8003/globex")
    for slug, name, other in (("globex", "Globex", "Acme"), ("acme", "Acme", "Globex")):
        browser = browser_of(alice, slug)
        for path in ("/todos", "/nowhere"):
            rail = rail_of(browser.get(path))
            assert name in rail
            assert other not in rail


def test_whoever_is_not_signed_in_sees_the_demos_first_one(seeded: None) -> None:
    assert "Acme" in rail_of(Client().get("/"))
