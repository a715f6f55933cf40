"""Whether a Run gets another attempt, and when: not before the far side said, and not all Runs in one moment.

Two kinds of later. Silence is counted in attempts, and waited for twice as long each time. Whoever says "not so
many" (429) is there and working, and a hundred Runs may be in line: that is no failed attempt, and has bounds of
its own, in number and in time. Those who are told the same second come back spread over a growing span, or they
would meet again.

Deliberately does not: keep a queue for one server, or guess its limit. What it says is enough.
"""

import random
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Min
from django.utils import timezone

from agent0.jobs.models import Run
from agent0.jobs.verdicts import Verdict

MAX_BACKOFF: Final = 30
MAX_RETRY_AFTER: Final = 300


def has_tries_left(run: Run) -> bool:
    """For the attempt that has just begun; an attempt that was only told to wait is none."""
    return run.attempts - run.waits <= settings.RUN_MAX_ATTEMPTS


def find_pause(run: Run, verdict: Verdict) -> timedelta | None:
    """How long until the next attempt; None when there is none."""
    if not verdict.try_later:
        return None
    if verdict.is_limited:
        return _find_pause_of_many(run, verdict)
    tries = run.attempts - run.waits
    if tries >= settings.RUN_MAX_ATTEMPTS:
        return None
    return timedelta(seconds=_asked(verdict, otherwise=min(2**tries, MAX_BACKOFF)))


def _find_pause_of_many(run: Run, verdict: Verdict) -> timedelta | None:
    spread = min(2 ** (run.waits + 1), MAX_BACKOFF)
    jitter = random.uniform(0, spread)  # noqa: S311  spreads Runs over time, guards nothing
    pause = timedelta(seconds=_asked(verdict, otherwise=1) + jitter)
    begun_at = run.steps.aggregate(Min("started_at"))["started_at__min"] or timezone.now()
    ends_at = begun_at + timedelta(seconds=settings.RUN_PATIENCE_SECONDS)
    is_patient = run.waits < settings.RUN_MAX_WAITS and timezone.now() + pause < ends_at
    return pause if is_patient else None


def _asked(verdict: Verdict, *, otherwise: int) -> int:
    """As long as the far side asked for (RFC 9110 §10.2.3), within reason."""
    return otherwise if verdict.retry_after is None else min(verdict.retry_after, MAX_RETRY_AFTER)
