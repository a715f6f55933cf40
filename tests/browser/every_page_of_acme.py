"""A walk over every page of the IdP that a person can reach, each in the states it has, as ``every_page`` does."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.every_page import People, Visits, arrive
from tests.browser.rare_states import forget_saml, register_saml, saml_address
from tests.browser.walk import continue_as
from tests.cast import ALICE, CAROL, DAN, GLOBEX_ALICE, Person
from tests.flow.demo import Demo

SECOND_FACTOR = "/signin/start?connection=enterprise&acr_values=urn:xaa-demo:acr:mfa&next=/chat"


def visit_idp(demo: Demo, people: People) -> Visits:
    yield from visit_sign_in_at_idp(demo, people.new().new_page())
    yield from visit_second_factor(demo, people.new().new_page())
    yield from visit_saml(demo, people)
    yield from visit_employee(demo, people.alice.new_page())
    yield from visit_console(demo, people.admin.new_page())
    yield from visit_policy(demo, people.admin.new_page())
    yield from visit_directory(demo, people)
    yield from visit_sign_out(demo, people)


def enter(page: Page, address: str, person: Person) -> Page:
    """As ``person``, who signs in on the way unless she has before."""
    arrive(page, address)
    if page.locator("[name=persona]").count():
        continue_as(page, person)
    expect(page.get_by_role("banner")).to_contain_text(person.name)
    return page


def visit_sign_in_at_idp(demo: Demo, page: Page) -> Visits:
    idp, issuer = demo.url("idp"), demo.facts["idp"]["issuer"]
    yield "enterprises", arrive(page, idp, "Enterprises")
    yield "sign-in", arrive(page, f"{issuer}/login", "Sign in")
    arrive(page, f"{demo.url('agent0')}/signin/start?connection=enterprise")
    expect(page.get_by_role("heading", name="Sign in to Agent0")).to_be_visible()
    page.get_by_text("Use login and password").click()
    page.get_by_label("Work e-mail").fill(ALICE.email)
    page.get_by_label("Password", exact=True).fill("not it")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    yield "a wrong password", page
    for path in ("authorize", "oauth2/v1/authorize"):
        address = f"{issuer}/{path}?client_id=nobody"
        yield "a request by nobody", arrive(page, address, "This sign-in request was refused")
    address = f"{issuer}/authorize/resume?request=x"
    yield "a sign-in that is lost", arrive(page, address, "This sign-in page is no longer valid")


def visit_second_factor(demo: Demo, page: Page) -> Visits:
    arrive(page, f"{demo.url('agent0')}{SECOND_FACTOR}")
    yield "sign-in with a second factor to come", page
    continue_as(page, ALICE)
    expect(page.get_by_role("heading", name="Is it you, Alice Anders")).to_be_visible()
    yield "second factor", page
    page.locator("[name=push]").evaluate("field => field.value = 'late'")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("alert")).to_contain_text("no longer valid")
    yield "an answer that comes too late", page
    page.get_by_role("button", name="It is not me").click()
    expect(page.get_by_role("heading", name="You said that it was not you")).to_be_visible()
    yield "second factor refused", page
    for _ in range(2):
        page.get_by_role("link", name="It was me: ask again").click()
        page.get_by_role("button", name="It is not me").click()
    page.get_by_role("link", name="It was me: ask again").click()
    expect(page.get_by_role("heading", name="No more questions for now")).to_be_visible()
    yield "second factor refused too often", page


def visit_saml(demo: Demo, people: People) -> Visits:
    address = saml_address(demo)
    page = people.new().new_page()
    yield "a SAML request by nobody", arrive(page, address, "This sign-in request was refused")
    register_saml(demo)
    arrive(page, address)
    continue_as(page, ALICE)
    expect(page.get_by_role("heading", name="Continue to Agent0")).to_be_visible()
    yield "on by SAML", page
    forget_saml(demo)


def visit_employee(demo: Demo, page: Page) -> Visits:
    """Alice, and another Alice, who sees an enterprise where less has happened."""
    issuer = demo.facts["idp"]["issuer"]
    yield "my apps", enter(page, f"{issuer}/", ALICE)
    yield "not an administrator", arrive(page, f"{issuer}/admin/", "This page is for Acme's administrators")
    globex = demo.facts["idp"]["enterprises"]["globex"]["issuer"]
    yield "my apps, few", enter(page, f"{globex}/", GLOBEX_ALICE)
    for path in ("", "policy", "log"):
        yield "where nothing happened", arrive(page, f"{globex}/admin/{path}")


def visit_console(demo: Demo, page: Page) -> Visits:
    admin = f"{demo.facts['idp']['issuer']}/admin"
    yield "overview", enter(page, f"{admin}/", CAROL)
    for query in ("?outcome=denied&kind=id-jag", "?kind=keys", "?kind=keys&since=x"):
        yield "log", arrive(page, f"{admin}/log{query}", "System log")
    yield "keys", arrive(page, f"{admin}/keys", "Signing keys")
    arrive(page, f"{admin}/apps", "Apps")
    yield "apps", page
    page.locator("main").get_by_role("link", name="Todo0", exact=True).click()
    yield "an app", page
    address = page.url
    for tab in ("sign-on", "assignments", "connections"):
        yield f"an app, {tab}", arrive(page, f"{address}/{tab}")
    arrive(page, f"{admin}/apps").locator("main").get_by_role("link", name="Agent0", exact=True).click()
    yield "an app that is no resource app", arrive(page, f"{page.url}/connections")
    page = arrive(page, f"{admin}/apps")
    page.get_by_role("link", name="Mail0", exact=True).click()  # nobody runs it, so nobody needs its secret
    mail0 = page.url
    yield from visit_resource_server(arrive(page, f"{mail0}/resource-server"))
    arrive(page, f"{mail0}/sign-on").get_by_label("Whoever runs Mail0 waits for it").check()
    page.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_role("heading", name="The new secret of Mail0")).to_be_visible()
    yield "a new secret", page


def visit_resource_server(page: Page) -> Visits:
    """Somebody saves first; then what is typed is not good; then all is as it was."""
    yield "resource server", page
    other = arrive(page.context.new_page(), page.url)
    for each, tenant in ((other, "org_7"), (page, "org_8")):
        each.get_by_label("Audience / Tenant ID").fill(tenant)
        each.get_by_role("button", name="Save", exact=True).click()
        expect(each.locator("[role=status], [role=alert]").first).to_be_visible()
    yield "resource server, somebody saved first", page
    page.get_by_label("Issuer URL").fill("ftp://mail0.example")
    page.get_by_label("Its assertions go to").fill("https://mail0.example/acs")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Expected the entity that the other fields are about")).to_be_visible()
    expect(page.get_by_text("expected an absolute")).to_be_visible()
    yield "resource server, no issuer and half an entity", page
    other.get_by_role("button", name="Undo").click()
    expect(other.get_by_role("status")).to_contain_text("Restored")
    yield "resource server, restored", other


def visit_policy(demo: Demo, page: Page) -> Visits:
    admin = f"{demo.facts['idp']['issuer']}/admin"
    yield "policy", enter(page, f"{admin}/policy", CAROL)
    page.get_by_text("Kill switch").click()
    page.get_by_role("button", name="Stop all cross app access").click()
    expect(page.get_by_role("button", name="Allow cross app access again")).to_be_visible()
    yield "everything is stopped", page
    dashboard = arrive(page.context.new_page(), f"{demo.facts['idp']['issuer']}/")
    expect(dashboard.get_by_text("has stopped all cross app access")).to_be_visible()
    yield "my apps, none of which may act", dashboard
    page.get_by_role("button", name="Allow cross app access again").click()
    page.get_by_role("link", name="Terms of Agent0 at Todo0").click()
    address = page.url
    yield "terms", page
    page.get_by_label("Only the scopes chosen").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name=re.compile("If you save these terms"))).to_be_visible()
    yield "terms, previewed", page
    other = arrive(page.context.new_page(), address)
    for each in (other, arrive(page, address)):
        each.locator("details > summary").first.click()
    for each in (other, page):
        each.get_by_label("ID-JAG lifetime, in seconds").fill("120")
        each.get_by_role("button", name="Save terms").click()
        expect(each.locator("[role=status], [role=alert]").first).to_be_visible()
    yield "terms, somebody saved first", page
    other.get_by_role("button", name="Undo").first.click()
    yield "terms, restored", other
    page = arrive(page, f"{address}/what-if")
    yield "what if", page
    for at in (0, 1):
        page.get_by_label("Person").select_option(index=at)
        page.get_by_role("button", name="Run the checks").click()
        yield "what if, answered", page


def visit_directory(demo: Demo, people: People) -> Visits:
    admin = f"{demo.facts['idp']['issuer']}/admin"
    page = enter(people.admin.new_page(), f"{admin}/people", CAROL)
    yield "people", page
    page.get_by_role("link", name=DAN.name).click()
    person = page.url
    yield "a person", page
    yield "nobody found", arrive(page, f"{admin}/people?q=zzz")
    arrive(page, person).get_by_role("button", name=re.compile("^Suspend")).click()
    expect(page.get_by_role("button", name=re.compile("^Reinstate"))).to_be_visible()
    yield "a person who is suspended", page
    his = arrive(people.new().new_page(), f"{demo.facts['idp']['issuer']}/login")
    yield "sign-in, with somebody suspended", his
    continue_as(his, DAN)
    expect(his.get_by_role("heading", name="Acme has suspended this account")).to_be_visible()
    yield "suspended", his
    page.get_by_role("button", name=re.compile("^Reinstate")).click()


def visit_sign_out(demo: Demo, people: People) -> Visits:
    """Last, because it ends what Alice has."""
    issuer = demo.facts["idp"]["issuer"]
    page = enter(people.alice.new_page(), f"{issuer}/", ALICE)
    for query in ("", f"?{urlencode({'client_id': 'nobody', 'post_logout_redirect_uri': 'https://x.example'})}"):
        yield "sign out?", arrive(page, f"{issuer}/logout{query}", "Sign out of Acme?")
    yield "sign out?", arrive(page, f"{issuer}/oauth2/v1/logout", "Sign out of Acme?")
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    expect(page.get_by_role("heading", name="You are signed out of Acme")).to_be_visible()
    yield "signed out", page
