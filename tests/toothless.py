"""A check without teeth: it finds what it finds, and refuses nothing. For the tests that guard every check.

A tuple of checks is only as good as the tests that miss a check when it is gone. So each suite takes the teeth of
one check after another, and what that check alone refuses must no longer be refused as the tests demand it.

Deliberately does not: take the check out. Later ones stand on what it finds, and would fail for want of that; and
the good message must still pass, so that it is the missing refusal which is noticed.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import pytest

from xaa.checks import Check

NOTICED = (Exception, pytest.fail.Exception)
"""How a test fails: its own assertion, a refusal that did not come, or a crash further on."""


def without_teeth(
    checks: Sequence[Check[Any]],
    name: str,
    refusal: type[Exception],
    *,
    instead: Callable[[Any], Any] = lambda state: state,
) -> tuple[Check[Any], ...]:
    """``checks``, of which the one called ``name`` never raises ``refusal``.

    ``instead`` is what it finds where it would have refused; for a signature, the claims that it did not verify.
    """
    assert name in [check.name for check in checks]
    return tuple(_draw(check, refusal, instead) if check.name == name else check for check in checks)


def _draw(check: Check[Any], refusal: type[Exception], instead: Callable[[Any], Any]) -> Check[Any]:
    @wraps(check.find)
    def find(state: Any) -> Any:
        try:
            return check.find(state)
        except refusal:
            return instead(state)

    return Check(check.number, check.title, find)
