"""What the stage has told this party: which faults are armed, how far its clock is off, which world this is.

In the flow the middleware (``stage.kit.staged_request``) reads it once a request, and the worker once a task and a
leg, from this party's own database; everything else asks ``current()``. The stage changes it through
``stage.kit.control``. With ``STAGE=0``, or without a key, nothing is read and ``current()`` is the state of a
party that nobody stages.

Deliberately does not: change anything, or ask the stage. The flow must not hang on the stage
(docs/decisions/0009).
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import DatabaseError, transaction

from stage.kit.signals import world_changed

logger = logging.getLogger(__name__)

Mode = Literal["one-shot", "sticky"]


@dataclass(frozen=True)
class Armed:
    """One armed fault. A one-shot belongs to the flow with the id ``trace``; empty: to the next one."""

    id: str
    mode: Mode = "one-shot"
    trace: str = ""


@dataclass(frozen=True)
class Hold:
    """The live gate is closed, and the world's clock held with it: from ``since`` to ``until`` at the latest.

    Both are real seconds since the epoch. Whoever asks after ``until`` finds the gate open, even if the stage is
    gone and nobody opens it.
    """

    since: float
    until: float


@dataclass(frozen=True)
class StageState:
    """``offset`` is the world's clock less the real one, in seconds; ``skew`` this party's less the world's."""

    faults: tuple[Armed, ...] = ()
    offset: float = 0.0
    skew: float = 0.0
    hold: Hold | None = None
    world: str = ""
    """Another one after each reset, so that a process notices that what it remembers is of another world."""
    began: float = 0.0
    """When the last reset was, in real seconds since the epoch."""
    keeps_tokens: bool = False
    """Agent0 uses an access token until it expires, to show for how long a decision may take to arrive."""

    def armed(self, fault: str) -> Armed | None:
        return next((one for one in self.faults if one.id == fault), None)

    def strike(self, trace: str) -> tuple[str, ...]:
        """The faults that are meant for the flow with the id ``trace``: those that are armed, and for no other."""
        return tuple(one.id for one in self.faults if one.trace in ("", trace))

    def is_held(self, real: float) -> bool:
        """Whether the gate is closed at ``real``, in seconds since the epoch."""
        return self.hold is not None and real < self.hold.until

    def shift(self, real: float) -> float:
        """How many seconds this party's clock is off at ``real``. While it is held it stays where it was."""
        held = min(real, self.hold.until) - self.hold.since if self.hold else 0.0
        return self.offset + self.skew - held


UNSTAGED: Final = StageState()
_current: ContextVar[StageState] = ContextVar("stage_state", default=UNSTAGED)
_noticing = threading.Lock()
_noticed: str | None = None
"""The world that this process was in when it last looked."""


def current() -> StageState:
    """As read at the start of this request, task or leg."""
    return _current.get()


def armed(fault: str) -> Armed | None:
    """The fault of that id, if it is armed now."""
    return current().armed(fault)


def use(state: StageState) -> None:
    """``current()`` is ``state`` from here on, in this thread or coroutine."""
    _current.set(state)


def load() -> StageState:
    """Read it and ``use`` it. Not a single statement where there is no stage."""
    if settings.STAGE_KEY:
        use(read())
        _notice(current().world)
    return current()


def read() -> StageState:
    """From the database, which may be away: then nothing is staged, and whoever needs the database will say so."""
    from stage.kit.models import StageState as Row

    try:
        return parse(Row.objects.values_list("state", flat=True).filter(pk=Row.THE_ONE).first() or {})
    except DatabaseError:
        logger.warning("the stage's state cannot be read; going on without")
        return UNSTAGED


def write(state: StageState) -> None:
    """For ``stage.kit.control`` and the stage itself."""
    from stage.kit.models import StageState as Row

    Row.objects.update_or_create(pk=Row.THE_ONE, defaults={"state": asdict(state)})
    use(state)


def parse(stored: Mapping[str, Any]) -> StageState:
    """``asdict`` and JSON, undone."""
    hold = stored.get("hold")
    return StageState(
        faults=tuple(Armed(**one) for one in stored.get("faults", ())),
        offset=stored.get("offset", 0.0),
        skew=stored.get("skew", 0.0),
        hold=Hold(**hold) if hold else None,
        world=stored.get("world", ""),
        began=stored.get("began", 0.0),
        keeps_tokens=stored.get("keeps_tokens", False),
    )


class WorldHasEnded(BadRequest):
    """A reset has begun another world since this request or call began. Nothing was written into that one."""

    def __init__(self) -> None:
        super().__init__("The world was reset while this was under way. Nothing was done; ask again.")


@contextmanager
def same_world() -> Iterator[None]:
    """What is written inside, is written in the world of ``current()`` or not at all; else ``WorldHasEnded``.

    For a process whose requests pass no turnstile. A reset waits for this transaction, and this one for a reset.
    """
    if not settings.STAGE_KEY:
        yield
        return
    with transaction.atomic():
        if read().world != current().world:
            raise WorldHasEnded
        yield


def _notice(world: str) -> None:
    global _noticed
    with _noticing:
        is_another, _noticed = _noticed not in (None, world), world
    if is_another:
        world_changed.send(sender=StageState)
