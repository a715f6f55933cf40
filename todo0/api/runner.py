"""Run the access token's checks in order and log each verdict once: passed, failed, not reached.

Deliberately does not: log the token, or judge anything itself.
"""

import logging

from todo0.api.access_token import CHECKS, settle
from todo0.api.errors import AccessTokenRejected
from todo0.api.presented import Access, Check, Presented

log = logging.getLogger("todo0.api.checks")


def check_access_token(presented: Presented) -> Access:
    """``Access``, or the first check's ``AccessTokenRejected``."""
    for position, check in enumerate(CHECKS):
        try:
            presented = check(presented)
        except AccessTokenRejected as rejected:
            _report(logging.WARNING, check, "failed", rejected.message)
            for missed in CHECKS[position + 1 :]:
                _report(logging.DEBUG, missed, "not reached")
            raise
        _report(logging.DEBUG, check, "passed")
    return settle(presented)


def _report(level: int, check: Check, outcome: str, reason: str = "") -> None:
    log.log(level, "%s %s %s %s", check.number, check.name, outcome, reason)
