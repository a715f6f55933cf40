"""``{% load registry %}``: what the registry says of a check, beside its verdict.

Deliberately does not: fail for a number that is unknown. A log outlives the numbers that it tells of.
"""

from django import template

from stage.kit.registry.checks import Check, load_checks

register = template.Library()


@register.filter
def check(number: str) -> Check | None:
    """``{% with known=verdict.number|check %}``."""
    return load_checks().get(number)
