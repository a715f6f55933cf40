"""One pre-flight, from the cheap checks to the flights. What stands must stand before anybody flies.

Eleven checks of the twelve. The last is the presenter's window, which only a browser can measure (``window.js``).

Deliberately does not: stop at the first that is ill, but for the flights, which would only repeat it.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Final

from django.db import connection
from django.utils import timezone

from stage.preflight import standing
from stage.preflight.finding import Finding, untried
from stage.preflight.models import Preflight
from stage.preflight.rehearsal import Rehearsal
from stage.preflight.titles import NOBODY_OUTSIDE, OFF_ENDS_IT, TITLES, TRIPS

STANDING: Final = (
    standing.check_parties,
    standing.check_clocks,
    standing.check_databases,
    standing.check_key_to_sign,
    standing.check_discovery,
    standing.check_key_sets,
)
KEPT: Final = 20


def run_preflight() -> Preflight:
    started_at, began_at = timezone.now(), time.monotonic()
    with ThreadPoolExecutor(max_workers=len(STANDING)) as pool:
        findings = list(pool.map(_in_a_thread, STANDING))
    findings += fly_rehearsal() if all(one.is_well for one in findings) else map(untried, TITLES)
    done = Preflight.objects.create(
        started_at=started_at,
        milliseconds=round((time.monotonic() - began_at) * 1000),
        findings=[asdict(one) for one in findings],
    )
    kept = Preflight.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    Preflight.objects.exclude(pk__in=list(kept)).delete()
    return done


def fly_rehearsal() -> list[Finding]:
    """The happy path comes first: the two that are refused prove nothing where everything is. And all but that one
    are read from the evidence, so where nobody tells of it they prove nothing either."""
    rehearsal = Rehearsal()
    goes_well = rehearsal.check_happy_path()
    if not goes_well.is_well:
        return [goes_well, *map(untried, TITLES[1:])]
    hears = rehearsal.check_evidence()
    if not hears.is_well:
        return [goes_well, untried(OFF_ENDS_IT), untried(TRIPS), hears, untried(NOBODY_OUTSIDE)]
    return [
        goes_well,
        rehearsal.check_policy_off(),
        rehearsal.check_a_fault_trips(),
        hears,
        rehearsal.check_nobody_outside(),
    ]


def _in_a_thread(check: Callable[[], Finding]) -> Finding:
    """Each thread has a connection of its own, which nobody else would close."""
    try:
        return check()
    finally:
        connection.close()
