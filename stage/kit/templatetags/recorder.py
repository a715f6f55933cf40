"""``{% load recorder %}``: where the stage shows the trace that a party's own log names.

Deliberately does not: lead anywhere while there is no stage, or for what is no trace.
"""

import re

from django import template
from django.conf import settings

from stage.kit import addresses

register = template.Library()
NAMED = re.compile(r"(?:00-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?")


@register.filter
def recorder_url(trace: str | None) -> str:
    """``{{ run.traceparent|recorder_url }}``, or of a trace id; "" where there is nothing to see."""
    found = NAMED.fullmatch(trace or "")
    return f"{addresses.STAGE_URL}/recorder/traces/{found[1]}" if found and settings.STAGE_KEY else ""
