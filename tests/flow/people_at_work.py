"""What the people of the story do in their browsers: the stage's own errands, at the demo under test."""

import re

from stage.autopilot import errands
from stage.autopilot.errands import UNRESTED as WORKED_ON
from stage.autopilot.errands import Card, Places, find_text, name_at_agent0
from stage.autopilot.page import Page
from tests.cast import Person
from tests.flow.demo import Demo
from tests.flow.visitor import Visitor

__all__ = ["WORKED_ON", "Card", "find_text", "name_at_agent0"]


def places_of(demo: Demo) -> Places:
    return Places(agent0=demo.url("agent0"), idp=demo.url("idp"))


def sign_in_at_agent0(visitor: Visitor, demo: Demo, person: Person) -> Page:
    return errands.sign_in_at_agent0(visitor, places_of(demo), person)


def sign_in_at_todo0(visitor: Visitor, demo: Demo, person: Person) -> Page:
    page = visitor.click(visitor.open(demo.url("todo0")), "Sign in with Acme")
    if page.url.startswith(demo.url("idp")):
        page = visitor.sign_in_at_idp(page, person)
    assert page.url.startswith(demo.facts["todo0"]["todos_url"]), f"{page.url} {page.status}: {page.text[:300]}"
    return page


def say(visitor: Visitor, demo: Demo, words: str) -> Page:
    return errands.say(visitor, places_of(demo), words)


def ask(visitor: Visitor, demo: Demo, words: str) -> Card:
    return errands.ask(visitor, places_of(demo), words)


def find_rested(visitor: Visitor, demo: Demo) -> Card | None:
    card = latest_card(visitor, demo)
    return card if card.is_at_rest else None


def latest_card(visitor: Visitor, demo: Demo) -> Card:
    chat = visitor.open(demo.facts["agent0"]["chat_url"])
    return errands.read_card(visitor, errands.find_card(chat))


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
    return errands.switch_connection(visitor, places_of(demo), on=on, pair=f"Agent0 at {resource_app}")
