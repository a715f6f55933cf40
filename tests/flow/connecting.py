"""How two companies are connected, through pages alone: Globex's admin at her IdP, and Tove at Todo0's console."""

import re

from stage.autopilot.page import Page
from tests.cast import GLOBEX_ALICE, TOVE, Person
from tests.flow.demo import Demo
from tests.flow.visitor import Visitor


def enter(visitor: Visitor, url: str, person: Person) -> Page:
    """Open a page, signing in on the way if she is asked to."""
    page = visitor.open(url)
    if any("password" in form.fields for form in page.forms):
        page = visitor.sign_in_at_idp(page, person)
    assert page.status == 200, f"{page.url} {page.status}: {page.text[:300]}"
    return page


def make_secret(admin: Visitor, demo: Demo) -> str:
    """Globex's admin makes the secret that Todo0 is to prove itself with at her IdP."""
    idp = demo.facts["idp"]["enterprises"]["globex"]["issuer"]
    page = enter(admin, f"{idp}/admin/apps", GLOBEX_ALICE)
    todo0 = next(href for words, href in page.links if words == "Todo0" and "/admin/apps/" in href)
    page = admin.click(admin.open(todo0), "Sign-on")
    page = admin.submit(page, page.form(action="/secret"), sure="yes")
    secret = re.search(r'<dt>Secret</dt><dd class="mono" data-secret>([^<]+)<', page.html)[1]
    admin.notes.secrets.add(secret)
    return secret


def add_connection(tove: Visitor, demo: Demo, secret: str) -> Page:
    """Tove pastes Globex's issuer, follows it, and enters who Todo0 is there. The new connection is off."""
    issuer = demo.facts["idp"]["enterprises"]["globex"]["issuer"]
    page = enter(tove, f"{demo.url('todo0')}/admin/connections", TOVE)
    page = tove.submit(page, page.form(having="issuer"), issuer=issuer)
    added = {"name": "Globex", "slug": "globex", "client_id": "todo0-at-globex", "client_secret": secret}
    page = tove.submit(page, page.form(having="client_secret"), domains="globex.example", **added)
    assert "Added Globex" in page.text, page.text[:400]
    return page


def switch(tove: Visitor, connection: Page, name: str, *, to: str) -> Page:
    """One of the two switches on a connection's page: "sign-in" or "xaa"."""
    page = tove.open(connection.url)
    return tove.submit(page, page.form(action=f"/{name}"), press=to)


def make_organization(tove: Visitor, connection: Page) -> str:
    """Its members act in its name; the ``org_id`` that their access tokens will carry."""
    links = tove.open(connection.url).links
    page = tove.open(next(href for _, href in links if href.endswith("/organizations")))
    page = tove.submit(page, page.form(having="joins_on_sign_in"))
    return re.search(r"org_id: (\w+)", page.text)[1]


def sign_in_by_address(visitor: Visitor, demo: Demo, person: Person) -> Page:
    """At Todo0, by the work e-mail address and then at the enterprise that it leads to."""
    page = visitor.open(demo.url("todo0"))
    page = visitor.submit(page, page.form(having="email"), email=person.email)
    if any("password" in form.fields for form in page.forms):
        page = visitor.sign_in_at_idp(page, person)
    return page
