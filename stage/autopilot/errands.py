"""What the people of the story do, each through the pages that everybody sees: sign in, ask Agent0, rule at Acme.

Deliberately does not: call an API or a database of a party. What a person cannot do with her browser is not done.
"""

import re
from dataclasses import dataclass
from typing import Final

from stage.autopilot.browser import Browser
from stage.autopilot.page import Lost, Page
from stage.autopilot.patience import look_until
from stage.kit.people import CAROL, Person

UNRESTED: Final = ("queued", "working", "will retry")
PATIENCE: Final = 60.0  # seconds for a card to come to rest


@dataclass(frozen=True)
class Card:
    """A tool card of Agent0's chat. ``badge`` is its state in words, ``said`` what Agent0 says about it."""

    badge: str
    said: str
    text: str
    html: str
    details_url: str

    @property
    def is_at_rest(self) -> bool:
        return self.badge not in UNRESTED


@dataclass(frozen=True)
class Places:
    """The base URLs of what people visit."""

    agent0: str
    idp: str


def sign_in_at_agent0(browser: Browser, places: Places, person: Person) -> Page:
    """From Agent0's front page to the chat, by way of her enterprise's sign-in page, if that still asks."""
    page = browser.click(browser.open(places.agent0), f"Continue as {name_at_agent0(person)}")
    page = _sign_in_if_asked(browser, page, person)
    if not page.url.startswith(f"{places.agent0}/chat"):
        raise Lost(f"expected Agent0's chat, found {page.place}: {page.text[:300]}")
    return page


def name_at_agent0(person: Person) -> str:
    """What the button on Agent0's front page calls her."""
    first = person.name.split()[0]
    return first if person.enterprise == "acme" else f"{person.enterprise.title()}'s {first}"


def say(browser: Browser, places: Places, words: str, *, chat: Page | None = None) -> Page:
    """Type words into the chat and send them; in ``chat``, if one is there already. The page that comes back may
    still be waiting for the worker."""
    page = chat or browser.open(f"{places.agent0}/chat")
    composer = next((form for form in page.forms if "words" in form.typed), None)
    if composer is None:
        raise Lost(f"{page.place} has no box to type in: {page.text[:300]}")
    return browser.submit(page, composer, words=words)


def ask(browser: Browser, places: Places, words: str, *, patience: float = PATIENCE) -> Card:
    """Say it, and wait until the card that answers has come to rest."""
    return wait_for(browser, find_card(say(browser, places, words)), patience=patience)


def wait_for(browser: Browser, details_url: str, *, patience: float = PATIENCE) -> Card:
    """The card at ``details_url``, once it has come to rest."""
    card = look_until(lambda card: card.is_at_rest, lambda: read_card(browser, details_url), patience=patience)
    if not card.is_at_rest:
        raise Lost(f"{details_url} has not come to rest within {patience:.0f} s: {card.badge}")
    return card


def find_card(chat: Page) -> str:
    """The address of the newest card's details."""
    found = [href for words, href in chat.links if words.startswith("Details")]
    if not found:
        raise Lost(f"{chat.url} ({chat.status}) has no card: {chat.text[:300]}")
    return found[-1]


def read_card(browser: Browser, details_url: str) -> Card:
    """Through the address that the chat itself looks at while it waits."""
    page = browser.open(f"{details_url}/card")
    said = find_text(r"<p data-said>(.*?)</p>", page.html)
    badge = find_text(r'class="badge badge--\w+">([^<]+)<', page.html)
    return Card(badge, " ".join(said.split()), page.text, page.html, details_url)


def switch_connection(browser: Browser, places: Places, *, on: bool, pair: str = "Agent0 at Todo0") -> Page:
    """Carol opens the policy matrix, signing in if she is asked to, and presses the switch of ``pair``."""
    page = browser.open(f"{places.idp}/{CAROL.enterprise}/admin/policy")
    page = _sign_in_if_asked(browser, page, CAROL)
    wanted = "on" if on else "off"
    for form in page.forms:
        button = next((button for button in form.buttons if button.text.startswith(f"{pair}:")), None)
        if button is None:
            continue
        if button.value == wanted:
            page = browser.submit(page, form, press=wanted)
            if f"{pair} is {wanted}" not in page.text:
                raise Lost(f"{page.place} does not say that {pair} is {wanted}: {page.text[:300]}")
        return page
    raise Lost(f"{page.place} has no switch for {pair}: {page.text[:300]}")


def find_text(pattern: str, html: str) -> str:
    found = re.search(pattern, html, flags=re.DOTALL)
    return found[1].strip() if found else ""


def _sign_in_if_asked(browser: Browser, page: Page, person: Person) -> Page:
    if any("password" in form.fields for form in page.forms):
        return browser.sign_in_at_idp(page, person)
    return page
