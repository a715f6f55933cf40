"""One world after another: reset for all parties at once, undo for half a minute, and which evidence is of which.

In the flow the stage names the new world, begins it itself and has every party begin it; each does so in one
transaction of its own, and sets the old rows aside. When the undo is no longer possible they are forgotten.

Evidence is never written again. A record is of the world in which its span began, by the real clock, which no
reset moves.

Deliberately does not: wait for a party that is down. It is named, and the reset can be pressed again.
"""

import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from stage.control.models import WorldChange
from stage.control.push import Outcome, push
from stage.control.world import one_at_a_time
from stage.kit import state
from stage.kit.control import reset as own
from stage.kit.staged_request import UNDO_SECONDS


class TooLate(Exception):
    """There is nothing that could be undone any more. The text says so to a person."""


@dataclass(frozen=True)
class Done:
    outcomes: list[Outcome]
    seconds: float


def reset() -> Done:
    """A new world for everybody."""
    with one_at_a_time:
        begun, former, world = time.monotonic(), state.read().world, secrets.token_hex(8)
        own.begin_world({"world": world})
        outcomes = push("reset", lambda door: {"world": world})
        _note(WorldChange.Kind.RESET, world, former=former)
    timer = threading.Timer(UNDO_SECONDS + 1, _forget, [world])
    timer.daemon = True
    timer.start()
    return Done(outcomes, time.monotonic() - begun)


def undo() -> Done:
    """The world as it was before the last reset, sessions and all. Raises ``TooLate``."""
    with one_at_a_time:
        begun, last = time.monotonic(), WorldChange.objects.last()
        if last is None or last.kind != WorldChange.Kind.RESET or _age(last) > UNDO_SECONDS:
            raise TooLate(f"Expected a reset less than {UNDO_SECONDS:.0f} s ago, found none.")
        body = {"world": last.world}
        own.undo(body)
        outcomes = push("undo", lambda door: body)
        _note(WorldChange.Kind.UNDO, last.former, former=last.world)
        return Done(outcomes, time.monotonic() - begun)


def find_undo_seconds() -> float:
    """For how long the last reset can still be undone; 0 when it cannot."""
    last = WorldChange.objects.last()
    if last is None or last.kind != WorldChange.Kind.RESET:
        return 0.0
    return max(0.0, UNDO_SECONDS - _age(last))


class Worlds:
    """Which world it was when. Read once a page."""

    def __init__(self) -> None:
        self._changes = list(WorldChange.objects.values_list("at", "world", "former"))

    def is_present(self, moment: datetime) -> bool:
        """Whether it was this world at ``moment``, in real time, as the spans have it."""
        return not self._changes or self._world_at(moment) == self._changes[-1][1]

    def _world_at(self, moment: datetime) -> str:
        past = [world for at, world, _ in self._changes if at <= moment]
        return past[-1] if past else str(self._changes[0][2])


def _note(kind: WorldChange.Kind, world: str, *, former: str) -> None:
    WorldChange.objects.create(at=datetime.now(UTC), kind=kind, world=world, former=former)


def _age(change: WorldChange) -> float:
    return (datetime.now(UTC) - change.at).total_seconds()


def _forget(world: str) -> None:
    """Runs in a thread of its own, when it is too late for an undo."""
    body: dict[str, Any] = {"world": world}
    try:
        own.forget(body)
        push("forget", lambda door: body)
    finally:
        connection.close()
