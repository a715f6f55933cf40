"""*Run it now*: the right person signs in, the fault is armed for her request alone, and she asks Agent0 for
something that meets it.

In the flow this is a flight of the autopilot with a stop between the sign-in and the request. Whoever was
suspended, or whose sign-in has expired, could not sign in any more.

Deliberately does not: arm what is armed already. A sticky fault strikes this flow as it does every other.
"""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from stage.autopilot.flight import take_off
from stage.autopilot.models import Flight
from stage.autopilot.page import Lost
from stage.autopilot.patience import look_until
from stage.faults import arming, findings
from stage.kit import state
from stage.kit.registry.faults import Fault, load_faults

GIVE_UP: Final = timedelta(minutes=2)


def run(number: str) -> Flight:
    """A flight under way; raises ``KeyError`` for a fault that there is not."""
    fault = load_faults()[number]
    return take_off(fault.person, fault.prompt, before_asking=lambda trace: _arm(fault, trace))


def _arm(fault: Fault, trace: str) -> None:
    armed = state.read().armed(fault.number)
    if armed and armed.mode == "sticky":
        return
    try:
        arming.arm(fault.number, trace=trace)
    except arming.NotTaken as refused:
        raise Lost(str(refused)) from refused


def wait_for_something(flight: Flight, *, patience: float) -> None:
    """Until there is something to say of it; ``patience`` seconds at most."""

    def is_decided() -> bool:
        flight.refresh_from_db(fields=["state"])
        return find(flight).outcome != "pending" or flight.state == Flight.State.LOST

    look_until(bool, is_decided, patience=patience)


def find(flight: Flight) -> findings.Finding:
    """What was found so far. That all was as ever is not said before the flight has landed."""
    found = findings.find(flight.trace_id)
    is_early = found is findings.NOTHING and flight.state == Flight.State.FLYING
    return findings.PENDING if is_early else found


def is_done(flight: Flight) -> bool:
    """Landed, and what was armed for it is cleared: until then a band on the page says otherwise."""
    return flight.state == Flight.State.LANDED and all(one.trace != flight.trace_id for one in state.read().faults)


def is_given_up(flight: Flight) -> bool:
    """So long ago that no evidence will come any more."""
    return flight.state == Flight.State.LOST or timezone.now() - flight.started_at > GIVE_UP
