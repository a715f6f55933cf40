"""A walk over every page of the stage, Agent0 and Todo0 that a person can reach, each in the states it has.

Each step yields what is on the page, in a word, and the page. The walk is for whoever looks: nothing is judged
here but that the page is the one meant.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.every_page_of_break_it import visit_break_it
from tests.browser.every_page_of_the_recorder import visit_recorder
from tests.browser.rare_states import (
    command_stage,
    consent_address,
    end_runs,
    put_flight,
    put_preflight,
    show_without,
    withdraw_consent,
)
from tests.browser.test_todo0_console import visit_console
from tests.browser.walk import ask, continue_as, expect_badge, open_todo0, start_at_the_launchpad
from tests.cast import ALICE, BOB, DAN
from tests.flow.demo import Demo

Visits = Iterator[tuple[str, Page]]


@dataclass
class People:
    """A browser for each of those who walk; ``new`` makes one more, in which nobody is signed in."""

    new: Callable[[], BrowserContext]
    alice: BrowserContext
    admin: BrowserContext


def arrive(page: Page, address: str, heading: str = "") -> Page:
    page.goto(address)
    if heading:
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    return page


def visit_apps(demo: Demo, people: People) -> Visits:
    yield from visit_stage(demo, people.alice.new_page())
    yield from visit_errors(demo, people.new().new_page())
    yield from visit_sign_in(demo, people.new().new_page(), "agent0")
    yield from visit_sign_in(demo, people.new().new_page(), "todo0")
    yield from visit_agent0(demo, people.alice.new_page())
    yield from visit_refusals(demo, people)
    yield from visit_todo0(demo, people.alice.new_page())
    yield from visit_strangers_at_todo0(demo, people.new().new_page())
    yield from visit_todo0s_console(demo, people.new().new_page())


def visit_stage(demo: Demo, page: Page) -> Visits:
    stage = demo.url("stage")
    yield "launchpad", arrive(page, stage)
    yield "how it works", arrive(page, f"{stage}/how-it-works")
    yield "how it works, a frame", arrive(page, f"{stage}/how-it-works?frame=steps&stage=1")
    arrive(page, f"{stage}?stage=0")
    yield "settings", arrive(page, f"{stage}/settings?saved=1", "Settings")
    yield from visit_world(demo, page)
    under_way = put_flight(demo, state="flying", step="Alice opens Agent0 and signs in at her company.")
    page.route(under_way, without_refresh)
    yield "flight under way", arrive(page, under_way, "The flow is running")
    lost = put_flight(demo, state="lost", note="A party did not answer. The launchpad shows which.")
    yield "flight lost", arrive(page, lost, "The flow did not end")
    yield "pre-flight, none yet", arrive(page, f"{stage}/preflight", "Pre-flight")
    put_preflight(demo)
    yield "pre-flight, no-go", arrive(page, f"{stage}/preflight", "Pre-flight")
    yield "split view", arrive(page, f"{stage}/show")
    yield "title frame", arrive(page, f"{stage}/show/title")
    yield "presenter's card", arrive(page, f"{stage}/presenter?block=5", "One switch")
    show_without(demo, page, "/")
    expect(page.get_by_text("is not answering")).to_be_visible()
    yield "launchpad, somebody is silent", page
    yield from visit_recorder(demo, page)
    yield from visit_break_it(demo, page)


def without_refresh(route: Route) -> None:
    """The page as it is, but that it does not ask again by itself while somebody looks at it."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=headers)


def visit_world(demo: Demo, page: Page) -> Visits:
    """The bands under the bar at a party, and what the stage says to a button that comes too late."""
    for command, body in (("arm", {"id": "F03"}), ("hold", {}), ("skew", {"place": "todo0", "seconds": 600})):
        command_stage(demo, command, body)
    yield "bands", arrive(page, demo.url("todo0"))
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Armed faults")).to_have_count(0)
    command_stage(demo, "release", {})
    command_stage(demo, "skew", {"place": "todo0", "seconds": 0})
    arrive(page, demo.url("stage"))
    page.locator("#world [name=act]").first.evaluate("button => { button.value = 'undo' }")
    page.locator("#world [name=act]").first.click()
    yield "nothing to undo", arrive_at(page, "There is no reset to undo")
    page.locator("#world [name=ticket]").evaluate("field => field.remove()")
    page.get_by_role("button", name="+2 min").click()
    yield "button without a ticket", arrive_at(page, "That page was open for too long")


def arrive_at(page: Page, heading: str) -> Page:
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    return page


def visit_errors(demo: Demo, page: Page) -> Visits:
    for party in ("stage", "agent0", "todo0", "idp"):
        yield "404", arrive(page, f"{demo.url(party)}/no/such/page", "There is no such page here")
    agent0 = demo.url("agent0")
    yield "an unknown enterprise", arrive(page, f"{agent0}/signin/start?connection=nobody", "Sign in")
    address = f"{agent0}/signin/start?connection=enterprise&prompt=none"
    yield "the IdP's refusal", arrive(page, address, "The sign-in did not work")
    yield "400", arrive(page, agent0.replace("localhost", "another.localhost"), "This request makes no sense here")
    arrive(page, agent0)
    page.locator("[name=csrfmiddlewaretoken]").first.evaluate("field => field.remove()")
    page.locator("[name=email]").fill(ALICE.email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    yield "form without its token", page


def visit_sign_in(demo: Demo, page: Page, party: str) -> Visits:
    """The pages that both apps share: home realm discovery, and what a sign-in or a sign-out ends with."""
    app = demo.url(party)
    yield "signed out", arrive(page, app)
    yield "home realm", arrive(page, f"{app}/signin/start", "Sign in")
    page.get_by_label("Work e-mail address").fill("somebody@nowhere.example")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("No enterprise here uses nowhere.example")).to_be_visible()
    yield "home realm, unknown domain", page
    page.get_by_label("Work e-mail address").evaluate("field => { field.form.noValidate = true }")
    page.get_by_label("Work e-mail address").fill("somebody")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("That is not an e-mail address.")).to_be_visible()
    yield "home realm, no address", page
    yield "an answer nobody asked for", arrive(page, f"{app}/signin/callback?error=access_denied&state=x")
    yield "after a sign-out", arrive(page, f"{app}/signin/logged-out", "You are signed out")
    yield "sign out?", arrive(page, f"{app}/signin/logout", "Sign out?")
    page.route("**/authorize?**", lambda route: route.fulfill(status=204))  # 204: the browser stays where it is
    arrive(page, app)
    page.locator("[name=email]").fill(ALICE.email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Taking you to your sign-in")).to_be_visible()
    yield "on the way to the IdP", page


def visit_agent0(demo: Demo, page: Page) -> Visits:
    agent0 = demo.url("agent0")
    start_at_the_launchpad(page, demo)
    yield "nothing said yet", page
    yield "nothing done yet", arrive(page, f"{agent0}/activity")
    yield "nothing reached yet", arrive(page, f"{agent0}/connections")
    yield "for developers", arrive(page, f"{agent0}/developer")
    yield "somebody is still signed in", arrive(page, f"{agent0}/signin/logged-out")
    arrive(page, f"{agent0}/chat")
    expect_badge(ask(page, 'Add "Look at every page"'), "done")
    yield "done", page
    expect_badge(ask(page, "What is on my list?"), "done")
    yield "a list", page
    card = ask(page, "Delete everything")
    expect_badge(card, "needs your permission")
    yield "a question", page
    card.get_by_role("button", name="Cancel").click()
    expect_badge(page.locator(".tool-card").last, "Cancelled")
    ask(page, "Sing me a song")
    yield "words that it does not know", page
    page.locator(".tool-card > summary").first.click()
    page.get_by_role("link", name=re.compile("^Details")).first.click()
    expect(page).to_have_url(re.compile("/runs/"))
    yield "a run that is done", page
    arrive(page, f"{agent0}/connections")
    page.get_by_role("button", name="Use the MCP server instead").click()
    expect(page.get_by_role("status").filter(has_text="From now on")).to_be_visible()
    yield "another way", page
    expect_badge(ask(arrive(page, f"{agent0}/chat"), 'Add "Look over MCP"'), "done")
    yield "done over MCP", page


def visit_refusals(demo: Demo, people: People) -> Visits:
    """Every kind of end that Agent0 has words for, in the chat, in the list, and each on its own page."""
    page, agent0 = people.alice.new_page(), demo.url("agent0")
    for code, run in end_runs(demo).items():
        arrive(page, f"{agent0}/runs/{run}")
        assert run in page.url
        yield f"ended with {code}", page
    yield "what was done", arrive(page, f"{agent0}/activity")
    for person, badge in ((BOB, "Blocked by Acme"), (DAN, "No account at Todo0")):
        page = people.new().new_page()
        start_at_the_launchpad(page, demo, person)
        card = ask(page, 'Add "Not for me"')
        expect_badge(card, badge)
        yield f"{badge}, in the chat", page
        card.get_by_role("link", name=re.compile("^Details")).click()
        expect(page.get_by_role("heading", name=badge, level=1)).to_be_visible()
        yield badge, page


def visit_todo0(demo: Demo, page: Page) -> Visits:
    todo0 = demo.url("todo0")
    open_todo0(page, demo)
    page.get_by_role("button", name="Mark done “Look at every page”", exact=True).first.click()
    expect(page.get_by_role("button", name="Undo “Look at every page”", exact=True).first).to_be_visible()
    yield "todos", page
    page.get_by_label("New todo").fill(" ")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_label("New todo")).to_have_attribute("aria-invalid", "true")
    yield "a todo without a name", page
    arrive(page, f"{todo0}/todos?source=apps").get_by_role("link", name="Look at every page").first.click()
    yield "a todo's history", page
    yield "connected apps", arrive(page, f"{todo0}/settings/connected", "Connected apps")
    yield "somebody is still signed in", arrive(page, f"{todo0}/signin/logged-out")
    yield "not an administrator", arrive(page, f"{todo0}/admin/", "This page is for Todo0's own administrators")
    yield "consent", arrive(page, consent_address(demo), "Let Evil0 in?")
    withdraw_consent(demo)
    page.reload()
    expect(page.get_by_role("heading", name="This request cannot be answered")).to_be_visible()
    yield "consent that cannot be asked for", page


def visit_strangers_at_todo0(demo: Demo, page: Page) -> Visits:
    """Dan, who never was here, has nothing yet."""
    todo0 = demo.url("todo0")
    arrive(page, todo0).get_by_role("link", name="Sign in with Acme").click()
    continue_as(page, DAN)
    yield "no todos", page
    yield "no todos by apps", arrive(page, f"{todo0}/todos?source=apps")
    yield "no connected apps", arrive(page, f"{todo0}/settings/connected")
    arrive(page, f"{todo0}/signin/logout", "Sign out?").locator("main").get_by_role("button").click()
    expect(page.get_by_text("and so has the one at")).to_be_visible()
    yield "signed out here and there", page


def visit_todo0s_console(demo: Demo, page: Page) -> Visits:
    todo0 = demo.url("todo0")
    for name in visit_console(page, demo):
        yield f"console, {name}", page
    arrive(page, f"{todo0}/admin/connections/1")
    other = page.context.new_page()
    for each in (arrive(other, page.url), page):
        each.get_by_label("Longest ID-JAG, in seconds").fill("240")
        each.get_by_role("button", name="Save terms").click()
    yield "console, somebody saved first", page
    other.get_by_role("button", name="Undo").first.click()
    arrive(page, f"{todo0}/admin/connections?issuer={demo.facts['idp']['issuer']}")
    expect(page.get_by_text("This issuer has its connection already")).to_be_visible()
    yield "console, an issuer that has its connection", page
    arrive(page, f"{todo0}/admin/connections?issuer={demo.url('idp')}/globex")
    for label in ("Name of the enterprise", "Short name", "Our client id there", "Our client secret there"):
        page.get_by_label(label).fill("acme")  # there is one of that short name
    page.get_by_role("button", name="Add the connection").click()
    expect(page.get_by_text("Not added.")).to_be_visible()
    yield "console, a connection that is not added", page
    arrive(page, f"{todo0}/admin/clients").get_by_label("Name", exact=True).fill("Evil0")
    page.get_by_label("Client id").fill("evil0-at-todo0")  # there is one of that id
    page.get_by_role("button", name="Register, and show its secret").click()
    expect(page.get_by_text("Another client has this id.")).to_be_visible()
    yield "console, a client that is not registered", page
    arrive(page, f"{todo0}/admin/clients").get_by_label("Address of its document").fill(f"{todo0}/no-document")
    page.get_by_label("Our name for it").fill("Nobody")
    page.get_by_role("button", name="Look at its document, and let it in").click()
    expect(page.locator(".field__error").first).to_be_visible()
    yield "console, a client that is not let in", page
    arrive(page, f"{todo0}/admin/apis").get_by_label("Resource identifier").fill("notes")
    page.get_by_label("Title").fill("Notes")
    page.get_by_role("textbox", name="Scopes").fill("notes.read")
    page.get_by_role("button", name="Add the API, open to nobody yet").click()
    expect(page.get_by_text("Not added.")).to_be_visible()
    yield "console, an API that is not added", page
