"""One flight: sign in at Agent0 with a fresh browser, say one thing, wait for the answer; all of it in one trace.

In the flow it is the person. The trace is chosen before the first request and carried in ``traceparent`` (W3C
Trace Context), so the recorder can show the flight from its first hop on, and all thirteen of them together.

Deliberately does not: take a short cut. The same pages, buttons and cookies as anybody's, and a refusal by Acme or
Todo0 is a landing like any other: what Agent0 says then is what there is to see.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

import requests
from django.db import connection
from django.utils import timezone

from stage.autopilot import errands
from stage.autopilot.browser import Browser
from stage.autopilot.errands import Card, Places
from stage.autopilot.models import Flight
from stage.autopilot.page import Lost
from stage.kit import addresses
from stage.kit.people import BY_KEY, Person

logger = logging.getLogger(__name__)

OUR_OWN_FAULT = "The stage itself failed; its lines in the terminal say how."
PLACES = Places(agent0=addresses.AGENT0_URL, idp=addresses.IDP_URL)


@dataclass(frozen=True)
class Plan:
    """Who says what. ``trace_id`` is 32 hex digits."""

    person: Person
    words: str
    trace_id: str


def list_steps(person: Person, words: str) -> tuple[str, str, str]:
    """What a flight tells while it flies, in the order in which it does."""
    first = person.name.split()[0]
    return (
        f"{first} opens Agent0 and signs in at the company.",
        f"{first} asks: {words}",
        "Agent0's worker asks for an ID-JAG, presents it, and calls the API.",
    )


def fly(
    plan: Plan,
    tell: Callable[[str], None] = lambda step: None,
    before_asking: Callable[[str], None] = lambda trace_id: None,
) -> Card:
    """The card at rest. ``tell`` hears what is being done; ``before_asking`` is called when the person is signed
    in, with the flight's trace. Raises ``Lost`` when a page is not what it should be, and
    ``requests.RequestException`` when a party does not answer."""
    browser = Browser()
    signs_in, asks, works = list_steps(plan.person, plan.words)
    browser.session.headers["traceparent"] = f"00-{plan.trace_id}-{secrets.token_hex(8)}-01"
    tell(signs_in)
    chat = errands.sign_in_at_agent0(browser, PLACES, plan.person)
    before_asking(plan.trace_id)
    tell(asks)
    details_url = errands.find_card(errands.say(browser, PLACES, plan.words, chat=chat))
    del browser.session.headers["traceparent"]  # looking at a card is no hop of the flow
    tell(works)
    return errands.wait_for(browser, details_url)


def take_off(person: str, words: str, *, before_asking: Callable[[str], None] = lambda trace_id: None) -> Flight:
    """A flight under way, in a thread of its own."""
    flight = Flight.objects.create(
        trace_id=secrets.token_hex(16), person=person, words=words, started_at=timezone.now()
    )
    threading.Thread(target=_fly_and_land, args=(flight, before_asking), daemon=True).start()
    return flight


def _fly_and_land(flight: Flight, before_asking: Callable[[str], None]) -> None:
    def tell(step: str) -> None:
        flight.step = step
        flight.save(update_fields=["step"])

    try:
        card = fly(Plan(BY_KEY[flight.person], flight.words, flight.trace_id), tell, before_asking)
        flight.state, flight.badge, flight.note = Flight.State.LANDED, card.badge, card.said
    except (Lost, requests.RequestException) as reason:
        logger.warning("flight %s is lost: %s", flight.uuid, type(reason).__name__)
        flight.state, flight.note = Flight.State.LOST, explain(reason)
    except Exception:
        logger.exception("flight %s is lost", flight.uuid)
        flight.state, flight.note = Flight.State.LOST, OUR_OWN_FAULT
        raise
    finally:
        flight.save(update_fields=["state", "badge", "note"])
        connection.close()


def explain(reason: Exception) -> str:
    """An exception of requests can quote addresses with codes in them; a page that was lost was written by us."""
    if isinstance(reason, Lost):
        return f"A page was not as expected: {reason}"
    return f"A party did not answer ({type(reason).__name__}). The launchpad shows which."
