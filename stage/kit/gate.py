"""The live gate: while it is closed, each call that this process makes waits until somebody says *Next*.

In the flow it stands in Agent0's worker alone, in front of every call that ``xaa.http`` makes. Who waits is a row,
with what it is about to send, so that the stage can show it and let it go one by one; the world's clock is held
meanwhile, so nothing expires while somebody talks. It is time-boxed: when the box is over, or the stage is gone,
every call goes.

Deliberately does not: hold a person's own request. A page that hangs explains nothing.
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from stage.kit import state
from stage.kit.telemetry import current_trace_id
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from stage.kit.models import HeldCall

POLL_SECONDS: Final = 0.1
STALE_SECONDS: Final = 3.0
"""After so long without a sign of whoever waits, nobody does: its process was killed, or a reset took the row."""
LONGEST_SECONDS: Final = 3600.0
"""For which the stage may close it at once."""
TOLD: Final = ("method", "url", "trace_id", "since", "said")

_ask = OutgoingHttp.request


def install() -> None:
    """Once, in a worker of a party that is staged; elsewhere it does nothing."""
    from django.conf import settings

    if settings.STAGE_KEY:
        OutgoingHttp.request = _ask_when_let  # type: ignore[method-assign]


def uninstall() -> None:
    OutgoingHttp.request = _ask  # type: ignore[method-assign]


def _ask_when_let(self: OutgoingHttp, method: str, url: str, **of_request: Any) -> HttpAnswer:
    wait(method, url, lambda: _say(self, method, url, **of_request))
    return _ask(self, method, url, **of_request)


def wait(method: str, url: str, say: Callable[[], dict[str, Any]] = dict) -> None:
    """Until the call may go. Raises ``HttpFailure`` when the world has ended meanwhile: then it must not.

    ``say`` tells what it is about to send, and is asked only while the gate is closed.
    """
    from stage.kit.models import HeldCall

    found, now = state.load(), time.time()
    if not found.is_held(now):
        return
    told = {"method": method, "url": url.partition("?")[0], "trace_id": current_trace_id(), "said": say()}
    held = HeldCall.objects.create(**told, since=now, seen_at=now)
    mine = HeldCall.objects.filter(pk=held.pk)
    while mine.update(seen_at=now) and state.load().is_held(now):
        time.sleep(POLL_SECONDS)
        now = time.time()
    mine.delete()
    if state.load().world != found.world:
        raise HttpFailure(url, "not sent: the world was reset while it waited at the gate")


def find_waiting() -> list[dict[str, Any]]:
    """Who waits, the longest first."""
    return [_tell(call) for call in _present()]


def let_next(number: int | None = None) -> dict[str, Any] | None:
    """The one that has waited longest goes, or that ``number`` alone; None when it is not there."""
    for call in _present():
        if number in (None, call.pk) and type(call).objects.filter(pk=call.pk).delete()[0]:
            return _tell(call)
    return None


def _present() -> "QuerySet[HeldCall]":
    from stage.kit.models import HeldCall

    return HeldCall.objects.filter(seen_at__gte=time.time() - STALE_SECONDS).order_by("pk")


def _tell(call: "HeldCall") -> dict[str, Any]:
    return {"number": call.pk} | {name: getattr(call, name) for name in TOLD}


def find_allowance() -> float:
    """Seconds that a time-out has to add, which would else run out while a call waits here."""
    return LONGEST_SECONDS if state.current().is_held(time.time()) else 0.0


def _say(http: OutgoingHttp, method: str, url: str, **of_request: Any) -> dict[str, Any]:
    from stage.kit.telemetry.preview import preview

    return preview(http._session, method, url, **of_request)
