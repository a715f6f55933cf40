"""What the stage can have this party do. Each command sets a part of the state, and says what it is then.

A command says what shall be, never what shall change: the stage may send it twice, and whoever missed one has the
truth again with the next.

Deliberately does not: decide. Which faults there are and how far a clock may go is the stage's business.
"""

import re
import time
from dataclasses import asdict, replace
from typing import Any, Final, cast

from django.db import transaction

from stage.kit import gate, state
from stage.kit.control import reset
from stage.kit.control.wanted import Malformed, check_members, read_choice, read_number, read_objects, read_text
from stage.kit.signals import faults_changed
from stage.kit.state import Armed, Hold, Mode, StageState

FAULT: Final = re.compile(r"F[0-9]{2}")
TRACE: Final = re.compile(r"([0-9a-f]{32})?")
TOKEN_USES: Final = ("once", "until they expire")
DAY: Final = 24 * 3600.0
EPOCH_LIMIT: Final = 2.0**40
LARGEST: Final = 2.0**53
"""Of the whole numbers that JSON can tell from their neighbours."""


def tell_state(body: dict[str, Any]) -> dict[str, Any]:
    """What is armed, and how late it is here."""
    check_members(body)
    return _told(state.read())


def set_faults(body: dict[str, Any]) -> dict[str, Any]:
    """``faults`` are armed, and no others."""
    check_members(body, "faults")
    found = tuple(read_armed(one) for one in read_objects(body, "faults", limit=40))
    if len({one.id for one in found}) != len(found):
        raise Malformed("Expected each fault once in faults, found one twice.")
    with transaction.atomic():
        before = state.read()
        after = replace(before, faults=found)
        state.write(after)
        faults_changed.send(sender=StageState, before=before, after=after)
    return _told(after)


def set_clock(body: dict[str, Any]) -> dict[str, Any]:
    """The world's clock is ``offset`` seconds off the real one, and this party's own ``skew`` seconds off that.

    With ``since`` and ``until``, in real seconds since the epoch, it is held between the two and the gate closed.
    """
    check_members(body, "offset", "skew", "since", "until")
    offset = read_number(body, "offset", limit=30 * DAY)
    skew = read_number(body, "skew", 0.0, limit=30 * DAY)
    return _store(offset=offset, skew=skew, hold=_read_hold(body))


def set_tokens(body: dict[str, Any]) -> dict[str, Any]:
    """``use``: ``until they expire``, or ``once``, which asks the IdP anew each time (docs/decisions/0005)."""
    check_members(body, "use")
    return _store(keeps_tokens=read_choice(body, "use", among=TOKEN_USES) == TOKEN_USES[1])


def _read_hold(body: dict[str, Any]) -> Hold | None:
    if not {"since", "until"} & body.keys():
        return None
    since, until = (read_number(body, name, limit=EPOCH_LIMIT) for name in ("since", "until"))
    if not 0 < until - since <= DAY:
        raise Malformed("Expected until to be after since, and by a day at most.")
    return Hold(since, until)


def let_through(body: dict[str, Any]) -> dict[str, Any]:
    """Who waits at the gate. With ``next`` one goes first: that number, or if true who has waited longest."""
    check_members(body, "next")
    wanted, gone = body.get("next", False), None
    if wanted is not False:
        number = None if wanted is True else int(read_number(body, "next", limit=LARGEST, minimum=1))
        gone = gate.let_next(number)
    return {"gone": gone, "waiting": gate.find_waiting()}


def read_armed(body: dict[str, Any]) -> Armed:
    """One fault as JSON: its ``id``, ``mode`` and ``trace``."""
    check_members(body, "id", "mode", "trace")
    mode = read_choice(body, "mode", "one-shot", among=("one-shot", "sticky"))
    return Armed(
        id=read_text(body, "id", pattern=FAULT),
        mode=cast("Mode", mode),
        trace=read_text(body, "trace", "", pattern=TRACE),
    )


def _store(**changed: Any) -> dict[str, Any]:
    with transaction.atomic():
        after = replace(state.read(), **changed)
        state.write(after)
    return _told(after)


def _told(found: StageState) -> dict[str, Any]:
    real = time.time()
    return asdict(found) | {"now": real + found.shift(real)}


COMMANDS: Final = {
    "state": tell_state,
    "faults": set_faults,
    "clock": set_clock,
    "tokens": set_tokens,
    "gate": let_through,
    "reset": reset.begin_world,
    "undo": reset.undo,
    "forget": reset.forget,
}
