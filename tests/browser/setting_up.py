"""How Globex is connected to Todo0 by its own admin: Tove's invitation, the link, five steps, and two consoles.

Each step yields the name of a state worth seeing, and the page. Nothing but pages is used on the way.
"""

import re
from collections.abc import Iterator

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.walk import continue_as
from tests.cast import GLOBEX_ALICE, TOVE
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator

FORGET_GLOBEX = """
from todo0.federation.models import Connection
from todo0.self_service.models import Invitation
Connection.objects.filter(slug="globex").delete()
Invitation.objects.all().delete()
print("{}")
"""


def forget_setup(demo: Demo) -> None:
    """A stranger again, for whoever comes to this demo next."""
    ask_operator(demo, "todo0", FORGET_GLOBEX)


def expect_heading(page: Page, words: str) -> Page:
    expect(page.get_by_role("heading", name=words, level=1)).to_be_visible()
    return page


def open_invitations(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.url('todo0')}/admin/invitations")
    if page.locator("[name=persona]").count():
        continue_as(page, TOVE)
    expect_heading(page, "Invitations")


def invite_globex(page: Page, demo: Demo, *, domains: str = "globex.example") -> str:
    """The link, as Tove reads it off the page."""
    open_invitations(page, demo)
    page.get_by_label("Name of the enterprise").fill("Globex")
    page.get_by_label("Short name").fill("globex")
    page.get_by_label("E-mail domains").fill(domains)
    page.get_by_label("On from the moment when she activates").check()
    page.get_by_role("button", name="Invite, and show the link").click()
    expect_heading(page, "The link for Globex")
    return re.search(r"http\S+/setup/link/\S+", page.locator("dd").first.inner_text())[0]


def visit_refusals(demo: Demo, tove: Page, stranger: Page) -> Iterator[tuple[str, Page]]:
    """What a link says that opens nothing, or nothing any more."""
    todo0 = demo.url("todo0")
    stranger.goto(f"{todo0}/setup/")
    yield "no setup in this browser", expect_heading(stranger, "No setup is under way in this browser")
    stranger.goto(f"{todo0}/setup/link/cut-short")
    yield "a link that opens nothing", expect_heading(stranger, "This link opens nothing")
    open_invitations(tove, demo)
    tove.get_by_label("E-mail domains").fill("globex")
    tove.get_by_role("button", name="Invite, and show the link").click()
    expect(tove.get_by_text("Nobody was invited.")).to_be_visible()
    yield "an invitation with mistakes", tove
    link = invite_globex(tove, demo)
    yield "a link, shown once", tove
    open_invitations(tove, demo)
    tove.get_by_role("button", name=re.compile("^New link")).click()
    yield "another link", expect_heading(tove, "The link for Globex")
    open_invitations(tove, demo)
    tove.get_by_role("button", name=re.compile("^Withdraw")).click()
    expect(tove.get_by_text("Withdrawn. The link for Globex")).to_be_visible()
    yield "an invitation that was withdrawn", tove
    stranger.goto(link)
    yield "a link that another has replaced", expect_heading(stranger, "This link opens nothing")


def visit_setup(demo: Demo, tove: Page, hers: BrowserContext) -> Iterator[tuple[str, Page]]:
    """Globex's Alice is its admin, and sets it up: one tab at Todo0, one at her own console."""
    idp, page = demo.url("idp"), hers.new_page()
    link = invite_globex(tove, demo, domains="globex.example\nglobex.test")
    page.goto(link)
    yield "the link, opened", expect_heading(page, "Connect Globex to Todo0")
    page.get_by_role("button", name="Begin in this browser").click()
    yield "step 1", expect_heading(page, "Your identity provider")
    other = hers.browser.new_context().new_page()
    other.goto(link)
    yield "the link, used", expect_heading(other, "This link has been used")
    other.context.close()
    for pasted, said in (
        (f"{idp}/globex/", "Where the two differ"),
        (f"{idp}/acme", "it has a connection already"),
    ):
        page.get_by_label("Issuer or discovery URL").fill(pasted)
        page.get_by_role("button", name="Look it up").click()
        expect(page.get_by_text(said)).to_be_visible()
        yield f"step 1, {said}", page
    page.get_by_label("Issuer or discovery URL").fill(f"{idp}/globex/.well-known/openid-configuration")
    page.get_by_role("button", name="Look it up").click()
    yield "step 2", expect_heading(page, "Todo0 at your identity provider")
    console = hers.new_page()
    client_id, secret = make_secret(console, demo)
    yield "a new secret of an app", console
    page.get_by_label("Client id").fill(client_id)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_role("button", name="Store both").click()
    expect_heading(page, "Your e-mail domain")
    yield from visit_proofs(demo, page, console)
    page.goto(f"{demo.url('todo0')}/setup/activation")
    yield "step 5", expect_heading(page, "Switch it on")
    page.get_by_role("button", name="Activate the connection").click()
    yield "connected", expect_heading(page, "Globex is connected")
    open_invitations(tove, demo)
    expect(tove.get_by_text("finished")).to_be_visible()
    yield "an invitation that is used up", tove
    tove.locator("main").get_by_role("link", name="Globex").first.click()
    yield "what was done by invitation", expect_heading(tove, "Invitation of Globex")


def visit_proofs(demo: Demo, page: Page, console: Page) -> Iterator[tuple[str, Page]]:
    """Steps 3 and 4: the file on the domain's web server, and a sign-in in the same browser."""
    page.get_by_role("button", name="Ask the web servers now").click()
    expect(page.get_by_text("whoever runs the web server of globex.example")).to_be_visible()
    yield "step 3, nothing is proved", page
    console.goto(f"{demo.url('idp')}/globex/admin/domain")
    console.get_by_label("The file").fill(page.locator("pre code").inner_text())
    console.get_by_role("button", name="Put it on the web server").click()
    expect(console.get_by_text("The web server says so from now on.")).to_be_visible()
    yield "the file of a domain", console
    page.get_by_role("button", name="Ask the web servers now").click()
    expect(page.get_by_text("proved", exact=True)).to_be_visible()
    yield "step 3, one of two is proved", page
    page.get_by_role("link", name="Go on with what is proved").click()
    yield "step 4", expect_heading(page, "A test sign-in")
    page.get_by_role("link", name="Sign in for a test").click()
    continue_as(page, GLOBEX_ALICE)
    yield "the test sign-in", expect_heading(page, "The test sign-in works")
    page.goto(f"{demo.url('todo0')}/setup/sign-in")
    yield "step 4, done", page


def make_secret(console: Page, demo: Demo) -> tuple[str, str]:
    """At Globex's own console: the client id and a new secret of Todo0 there."""
    console.goto(f"{demo.url('idp')}/globex/admin/apps")
    if console.locator("[name=persona]").count():
        continue_as(console, GLOBEX_ALICE)
    console.locator("main").get_by_role("link", name="Todo0", exact=True).click()
    console.get_by_role("link", name="Sign-on").click()
    console.get_by_label("Whoever runs Todo0 waits for it").check()
    console.get_by_role("button", name="Make a new secret").click()
    _issuer, client_id, secret = console.locator("main dd").all_inner_texts()
    return client_id, secret
