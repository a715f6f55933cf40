"""What the people of the story do in their browsers: Alice at Agent0 and Todo0, Carol in Acme's admin pages."""

import re

from tests.cast import CAROL, Person
from tests.flow.demo import Demo, wait_for
from tests.flow.pages import Page
from tests.flow.visitor import Visitor

WORKED_ON = ("queued", "working", "will retry")


def sign_in_at_agent0(visitor: Visitor, demo: Demo, person: Person) -> Page:
    """From Agent0's front page to the chat, by way of her enterprise's sign-in page."""
    page = visitor.open(demo.url("agent0"))
    page = visitor.click(page, f"Continue as {name_at_agent0(person)}")
    page = visitor.sign_in_at_idp(page, person)
    assert page.url.startswith(demo.facts["agent0"]["chat_url"]), f"{page.url} {page.status}: {page.text[:300]}"
    return page


def name_at_agent0(person: Person) -> str:
    first = person.name.split()[0]
    return first if person.enterprise == "acme" else f"{person.enterprise.title()}'s {first}"


def sign_in_at_todo0(visitor: Visitor, demo: Demo, person: Person) -> Page:
    page = visitor.click(visitor.open(demo.url("todo0")), "Sign in with Acme")
    if page.url.startswith(demo.url("idp")):
        page = visitor.sign_in_at_idp(page, person)
    assert page.url.startswith(demo.facts["todo0"]["todos_url"]), f"{page.url} {page.status}: {page.text[:300]}"
    return page


def say(visitor: Visitor, demo: Demo, words: str) -> Page:
    """Type words into the chat and send them. The page that comes back may still be waiting for the worker."""
    page = visitor.open(demo.facts["agent0"]["chat_url"])
    composers = [form for form in page.forms if "words" in form.typed]
    return visitor.submit(page, composers[0], words=words)


def ask(visitor: Visitor, demo: Demo, words: str) -> "Card":
    """Say it, and wait until its card has come to rest."""
    say(visitor, demo, words)
    return wait_for(lambda: find_rested(visitor, demo), f"the worker has not finished with {words!r}", patience=60)


def find_rested(visitor: Visitor, demo: Demo) -> "Card | None":
    card = latest_card(visitor, demo)
    return None if card.badge in WORKED_ON else card


class Card:
    """One tool card as it stands in a page: its badge, what Agent0 says, and the page of its details."""

    def __init__(self, fragment: Page, details_url: str) -> None:
        self.text = fragment.text
        self.html = fragment.html
        self.badge = find_text(r'class="badge badge--\w+">([^<]+)<', fragment.html)
        self.said = " ".join(find_text(r"<p data-said>(.*?)</p>", fragment.html).split())
        self.details_url = details_url


def latest_card(visitor: Visitor, demo: Demo) -> Card:
    """The newest card of the chat, through the address that the page itself polls."""
    page = visitor.open(demo.facts["agent0"]["chat_url"])
    details = [href for words, href in page.links if words.startswith("Details")]
    assert details, f"the chat has no card: {page.text[:400]}"
    fragment = visitor.open(f"{details[-1]}/card")
    return Card(fragment, details[-1])


def find_text(pattern: str, html: str) -> str:
    found = re.search(pattern, html, flags=re.DOTALL)
    return found[1].strip() if found else ""


def find_todo(page: Page, title: str) -> str:
    """The row of one todo as a person reads it; empty when it is not there."""
    for row in re.findall(r'<li class="todo.*?</li>', page.html, flags=re.DOTALL):
        text = " ".join(Page(page.url, 200, row, {}).text.split())
        if title in text:
            return text
    return ""


def count_todos(visitor: Visitor, demo: Demo) -> int:
    return visitor.open(demo.facts["todo0"]["todos_url"]).html.count('<li class="todo')


def switch_connection(demo: Demo, visitor: Visitor, *, on: bool, resource_app: str = "Todo0") -> Page:
    """Carol opens the policy matrix, signing in if she is asked to, and presses the switch of Agent0 there."""
    page = visitor.open(f"{demo.url('idp')}/acme/admin/policy")
    if any("password" in form.fields for form in page.forms):
        page = visitor.sign_in_at_idp(page, CAROL)
    pair, to = f"Agent0 at {resource_app}", "on" if on else "off"
    for form in page.forms:
        button = next((button for button in form.buttons if button.text.startswith(f"{pair}:")), None)
        if button is not None:
            if button.value == to:
                page = visitor.submit(page, form, press=to)
            assert f"{pair} is {to}" in page.text or button.value != to, page.text[:300]
            return page
    raise AssertionError(f"the policy matrix has no switch for {pair}: {page.status} {page.text[:400]}")
