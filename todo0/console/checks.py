"""System checks: a console that nobody could open, and a rule that nobody could meet, said at start-up.

E001 a claim's rule that is none; W001 an IdP of one's own and no administrator; W002 staff at the mock alone.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ImproperlyConfigured

from stage.kit import addresses
from todo0.console.administrators import load_claim, load_subjects


@register(Tags.security)
def check_administrators(*, app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    try:
        is_anybody_named = bool(load_claim() or load_subjects())
    except ImproperlyConfigured as error:
        return [Error(str(error), hint="docs/administrators.md has examples.", id="console.E001")]
    if is_at_the_mock(settings.STAFF_IDP_ISSUER):
        if is_at_the_mock(settings.IDP_ISSUER):
            return []
        message = "Todo0's administrators sign in at the mock IdP, which does not run beside an IdP of yours."
        hint = "Set TODO0_STAFF_IDP_ISSUER and who of its people are administrators: docs/administrators.md."
        return [CheckWarning(message, hint=hint, id="console.W002")]
    if is_anybody_named:
        return []
    hint = "Set TODO0_ADMIN_SUBJECTS or TODO0_ADMIN_CLAIM: docs/administrators.md."
    return [CheckWarning("Nobody can open Todo0's console at /admin/.", hint=hint, id="console.W001")]


def is_at_the_mock(issuer: str) -> bool:
    return issuer.startswith(f"{addresses.IDP_URL}/")
