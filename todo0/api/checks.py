"""System checks: a demand on sign-ins that could never be made, or never be met, said at start-up.

E001 an action that there is not; E002 actions without a demand; E003 too short a time to sign in and come back.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from todo0.api.step_up import ACTIONS

MIN_AGE: Final = 60
"""Seconds: from the sign-in to the API there are two token requests, and people are not quick."""


@register(Tags.security)
def check_step_up(*, app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    if unknown := sorted(set(settings.API_STEP_UP_ACTIONS) - set(ACTIONS)):
        hint = f"Choose from {', '.join(ACTIONS)}."
        messages.append(_error("E001", f"TODO0_STEP_UP_ACTIONS names {unknown[0]!r:.60}.", hint))
    max_age = settings.API_STEP_UP_MAX_AGE
    if settings.API_STEP_UP_ACTIONS and not (settings.API_STEP_UP_ACR_VALUES or max_age):
        hint = "Set TODO0_STEP_UP_ACR_VALUES, TODO0_STEP_UP_MAX_AGE or both."
        messages.append(_error("E002", "TODO0_STEP_UP_ACTIONS is set and demands nothing.", hint))
    if 0 < max_age < MIN_AGE:
        messages.append(
            _error("E003", f"TODO0_STEP_UP_MAX_AGE is {max_age}.", f"At least {MIN_AGE}, or 0 for any.")
        )
    return messages


def _error(number: str, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"todo0_api.{number}")
