"""The world as the stage holds it: change it here, and every party is told at once.

The truth is the stage's own ``StageState``. It is stored first and pushed then, one change at a time, so that two
people who press two buttons leave one world and not half of each.

Deliberately does not: know what a fault does. It is an id here; the registry says whose clock goes wrong by it,
and the parties what else.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from stage.control.models import Skew
from stage.control.push import Door, Outcome, ask, push
from stage.kit import state
from stage.kit.control.commands import TOKEN_USES
from stage.kit.registry.faults import load_faults
from stage.kit.state import Armed, Hold, Mode, StageState

GATE_SECONDS: Final = 300.0
"""How long the gate stays closed after somebody last closed it or said *Next*. Then it opens by itself."""

one_at_a_time = threading.RLock()


def arm(fault: str, mode: Mode = "one-shot", trace: str = "") -> list[Outcome]:
    """One fault more; armed already, it takes on ``mode`` and ``trace``."""
    with one_at_a_time:
        others = tuple(one for one in state.read().faults if one.id != fault)
        return _set_faults((*others, Armed(fault, mode, trace)))


def clear(faults: Iterable[str] | None = None) -> list[Outcome]:
    """Disarm ``faults``; without them, all."""
    with one_at_a_time:
        gone = None if faults is None else set(faults)
        return _set_faults(one for one in state.read().faults if gone is not None and one.id not in gone)


def jump(seconds: float) -> list[Outcome]:
    """The world's clock goes forward, for everybody."""
    with one_at_a_time:
        found = state.read()
        _store(offset=found.offset + seconds)
        return _push_clock()


def set_skew(place: str, seconds: float) -> list[Outcome]:
    """One party's clock goes wrong by so much; 0 puts it right."""
    with one_at_a_time:
        if seconds:
            Skew.objects.update_or_create(place=place, defaults={"seconds": seconds})
        else:
            Skew.objects.filter(place=place).delete()
        return _push_clock()


def close_gate(seconds: float = GATE_SECONDS) -> list[Outcome]:
    """Agent0 waits before each call, and the world's clock stands still meanwhile."""
    with one_at_a_time:
        _settle_hold()
        now = time.time()
        _store(hold=Hold(now, now + seconds))
        return _push_clock()


def open_gate() -> list[Outcome]:
    """The clock goes on from where it stood."""
    with one_at_a_time:
        _settle_hold()
        return _push_clock()


def keep_gate_closed() -> list[Outcome]:
    """For as long again from now on, because somebody is still there; an open gate stays open."""
    with one_at_a_time:
        found, now = state.read(), time.time()
        if found.hold is None or not found.is_held(now):
            return []
        _store(hold=replace(found.hold, until=max(found.hold.until, now + GATE_SECONDS)))
        return _push_clock()


def let_next(number: int | None = None) -> Outcome:
    """Agent0's call that has waited longest at the gate goes, or that ``number`` alone.

    The answer says which one has gone, and who still waits.
    """
    return ask("agent0", "gate", {"next": number or True})


def find_waiting() -> Outcome:
    """Who waits at the gate, for whoever shows it: ``answer["waiting"]``."""
    return ask("agent0", "gate", {})


def keep_tokens(keeps: bool) -> list[Outcome]:
    """Agent0 uses its access tokens until they expire, or asks anew each time."""
    with one_at_a_time:
        _store(keeps_tokens=keeps)
        return _push_tokens()


def tell_again() -> list[Outcome]:
    """All of it, for a party that missed some of it."""
    with one_at_a_time:
        return [*_push_faults(), *_push_clock(), *_push_tokens()]


def _settle_hold() -> None:
    """What the clock lost while it was held becomes part of its offset, so that nothing jumps when it goes on."""
    found, now = state.read(), time.time()
    if found.hold:
        _store(offset=found.shift(now) - found.skew, hold=None)


def _set_faults(faults: Iterable[Armed]) -> list[Outcome]:
    before = skews_of(state.read())
    after = skews_of(_store(faults=tuple(faults)))
    return [*_push_faults(), *(_push_clock() if before != after else [])]


def skews_of(found: StageState) -> dict[str, float]:
    """By place, how wrong a clock goes: by an armed fault, or because somebody put it so."""
    known = load_faults()
    by_fault = {known[one.id].place: known[one.id].skew for one in found.faults if one.id in known}
    return {place: float(skew) for place, skew in by_fault.items() if skew} | dict(
        Skew.objects.values_list("place", "seconds")
    )


def _store(**changed: Any) -> StageState:
    changed_state = replace(state.read(), **changed)
    state.write(changed_state)
    return changed_state


def _push_faults() -> list[Outcome]:
    body = {"faults": [asdict(one) for one in state.read().faults]}
    return push("faults", lambda door: body)


def _push_tokens() -> list[Outcome]:
    body = {"use": TOKEN_USES[state.read().keeps_tokens]}
    return push("tokens", lambda door: body)


def _push_clock() -> list[Outcome]:
    found = state.read()
    skews = skews_of(found)
    held = {"since": found.hold.since, "until": found.hold.until} if found.hold else {}

    def body_for(door: Door) -> dict[str, Any]:
        return {"offset": found.offset, "skew": skews.get(door.place, 0.0), **held}

    return push("clock", body_for)
