"""The checks of a redemption over an assertion that somebody pasted: the very ``CHECKS``, and nothing left behind.

In the flow this answers *would it be accepted now, and if not, why*, without a client's secret. Whatever the last
two checks write, they write in a transaction that is rolled back: the assertion is not spent, no account is made.

Deliberately does not: keep or log what was pasted, or any part of it. The verdicts go to the page alone.
"""

import logging
from typing import Any, Final

from django.db import transaction

from xaa.checks import CheckRun, Verdict
from xaa.clock import read_clock
from xaa.jwt_bearer.grant import load_rules
from xaa.jwt_bearer.id_jag import CHECKS
from xaa.jwt_bearer.presented import Client, IdJagRejected, Presented
from xaa.metadata import KeysUnavailable

WRITING: Final = ("check_not_replayed", "check_account")
SILENT: Final = logging.Logger("a rehearsal, which nobody hears")  # of no hierarchy, so it has no handler
SILENT.disabled = True


def rehearse(assertion: str, *, client: Client, scope: str = "", resource: str = "") -> CheckRun[Presented]:
    """The run with all its verdicts. R1 and R2 are taken for granted: nobody authenticated."""
    presented = Presented(
        assertion=assertion,
        client=client,
        rules=load_rules(),
        now=read_clock(),
        requested_scope=tuple(scope.split()),
        requested_resource=tuple(resource.split()),
    )
    run = CheckRun(presented, IdJagRejected, SILENT)
    first = len(CHECKS) - len(WRITING)
    reading, writing = CHECKS[:first], CHECKS[first:]
    if tuple(check.name for check in writing) != WRITING:
        raise TypeError("Expected the checks that write to be the last two.")
    try:
        run.through(reading)  # outside the transaction: it may fetch keys, and nobody should wait for that
        through_and_back(run, writing)
    except (IdJagRejected, KeysUnavailable) as stopped:
        complete(run, stopped)
    return run


def through_and_back(run: CheckRun[Presented], checks: Any) -> None:
    with transaction.atomic():
        run.through(checks)
        transaction.set_rollback(True)


def complete(run: CheckRun[Presented], stopped: Exception) -> None:
    """A verdict for every check, also for those of the other half, and for keys that could not be had."""
    for check in CHECKS[len(run.verdicts) :]:
        is_cause = isinstance(stopped, KeysUnavailable) and not run.failed
        outcome, note = ("failed", str(stopped)) if is_cause else ("not reached", "")
        run.verdicts.append(Verdict(check.number, check.name, check.title, outcome, note))  # type: ignore[arg-type]
