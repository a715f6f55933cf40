"""Agent0 set wrong: it asks for reading alone, whatever it is about to do (F25).

In the flow this is what Agent0 is configured to ask for, so every token is genuine and every grant is as wide as
what was asked. Only the API, which knows what a call needs, can object (A6).

Deliberately does not: alter a request. What is asked for is sent as Agent0 means it, and nothing is narrowed by
anybody.
"""

from typing import Any

from agent0.jobs.actions import READ
from agent0.jobs.asked import Asked
from stage.kit.faults import strikes


def ask_for_reading(*, asked: Asked, **_signal: Any) -> Asked | None:
    """Without details, which would say what the token is to be for."""
    return asked._replace(scope=(READ,), details=()) if strikes("F25") else None
