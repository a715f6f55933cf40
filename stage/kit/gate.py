"""The live gate: while it is closed, each call that this process makes waits until somebody says *Next*.

In the flow it stands in Agent0's worker alone, in front of every call that ``xaa.http`` makes. Who waits is a row,
so that the stage can show it and let it go one by one; the world's clock is held meanwhile, so nothing expires
while somebody talks. It is time-boxed: when the box is over, or the stage is gone, every call goes.

Deliberately does not: hold a person's own request. A page that hangs explains nothing.
"""

import time
from typing import Any, Final

from stage.kit import state
from stage.kit.telemetry import current_trace_id
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

POLL_SECONDS: Final = 0.1
STALE_SECONDS: Final = 3.0
"""After so long without a sign of whoever waits, nobody does: its process was killed, or a reset took the row."""

_ask = OutgoingHttp.request


def install() -> None:
    """Once, in a worker of a party that is staged; elsewhere it does nothing."""
    from django.conf import settings

    if settings.STAGE_KEY:
        OutgoingHttp.request = _ask_when_let  # type: ignore[method-assign]


def uninstall() -> None:
    OutgoingHttp.request = _ask  # type: ignore[method-assign]


def _ask_when_let(self: OutgoingHttp, method: str, url: str, **of_request: Any) -> HttpAnswer:
    wait(method, url)
    return _ask(self, method, url, **of_request)


def wait(method: str, url: str) -> None:
    """Until the call may go. Raises ``HttpFailure`` when the world has ended meanwhile: then it must not."""
    from stage.kit.models import HeldCall

    found, now = state.load(), time.time()
    if not found.is_held(now):
        return
    held = HeldCall.objects.create(
        method=method, url=url.partition("?")[0], trace_id=current_trace_id(), since=now, seen_at=now
    )
    mine = HeldCall.objects.filter(pk=held.pk)
    while mine.update(seen_at=now) and state.load().is_held(now):
        time.sleep(POLL_SECONDS)
        now = time.time()
    mine.delete()
    if state.load().world != found.world:
        raise HttpFailure(url, "not sent: the world was reset while it waited at the gate")


def find_waiting() -> list[dict[str, Any]]:
    """Who waits, the longest first."""
    from stage.kit.models import HeldCall

    present = HeldCall.objects.filter(seen_at__gte=time.time() - STALE_SECONDS)
    return list(present.order_by("pk").values("method", "url", "trace_id", "since"))


def let_next() -> dict[str, Any] | None:
    """The one that has waited longest goes; None when nobody waits."""
    from stage.kit.models import HeldCall

    present = HeldCall.objects.filter(seen_at__gte=time.time() - STALE_SECONDS).order_by("pk")
    for row in present:
        if HeldCall.objects.filter(pk=row.pk).delete()[0]:
            return {"method": row.method, "url": row.url, "trace_id": row.trace_id, "since": row.since}
    return None
