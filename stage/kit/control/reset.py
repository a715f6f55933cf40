"""Back to the seeded world, and back again: what the commands ``reset``, ``undo`` and ``forget`` do in a party.

In the flow the stage names the new world, and all parties begin it at the same moment. For ``UNDO_SECONDS`` the
old one is kept aside; then it is forgotten. DEMO ONLY: it deletes everything without asking.

Deliberately does not: restart a process. Each notices by the world's name that what it remembers is of another one
(``stage.kit.state.world_changed``).
"""

import re
import time
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from django.db import OperationalError, transaction

from stage.kit import state
from stage.kit.control import rows, turnstile
from stage.kit.control.wanted import check_members, read_text
from stage.kit.state import StageState

WORLD: Final = re.compile(r"[0-9a-f]{16}")
ATTEMPTS: Final = 3


def begin_world(body: dict[str, Any]) -> dict[str, Any]:
    """``world`` is the name of the new one. Said twice, it begins once."""
    check_members(body, "world")
    world = read_text(body, "world", pattern=WORLD)
    with turnstile.closed():
        if state.read().world != world:
            _insist(lambda: _begin(world))
            cache.clear()
    return {"world": state.load().world}


def undo(body: dict[str, Any]) -> dict[str, Any]:
    """``world`` ends as if it had never begun. Whoever never was in it, or has forgotten the former, stays."""
    check_members(body, "world")
    world = read_text(body, "world", pattern=WORLD)
    with turnstile.closed():
        if state.read().world == world and rows.has_aside():
            _insist(_put_back)
            cache.clear()
    return {"world": state.load().world}


def forget(body: dict[str, Any]) -> dict[str, Any]:
    """It is too late for an undo of ``world``: nothing of the former one is left."""
    check_members(body, "world")
    world = read_text(body, "world", pattern=WORLD)
    with transaction.atomic():
        if state.read().world == world:
            rows.drop_aside()
    return {"world": state.read().world}


@transaction.atomic
def _begin(world: str) -> None:
    rows.lock()
    rows.set_aside()
    new = StageState(world=world, began=time.time())
    state.use(new)  # the seed is of this world's time
    rows.empty_and_seed()
    state.write(new)


@transaction.atomic
def _put_back() -> None:
    rows.lock()
    rows.put_back()


def _insist(act: Callable[[], None]) -> None:
    """Of two that wait for one another the database ends one, and that may be us."""
    for _ in range(ATTEMPTS - 1):
        try:
            act()
        except OperationalError:
            continue
        return
    act()
