"""Named sets of rules, and what each would have answered to a redemption of the log.

``auth0-beta`` and ``auth0-ea`` are how Auth0 documents its resource apps in Beta and in Early Access; ``strict``
says nothing that the draft does not make it say. A preset fills the fields of the server and of a connection; it
is no mode, and nothing remembers that it was used.

``foresee`` is told by facts that the log keeps. It names the check that decides, or says that the log cannot tell.

Deliberately does not: run a check again. The assertion is gone, and was never kept.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from todo0.assertions.models import Redemption


@dataclass(frozen=True)
class Preset:
    about: str
    server: dict[str, Any]
    connection: dict[str, Any]


AS_AUTH0: Final = {"single_use": False, "max_lifetime": 600, "jit_accounts": False, "link_by_email": False}
PRESETS: Final = {
    "auth0-beta": Preset(
        "Registered, confidential clients alone; a default audience; an ID-JAG counts until it expires.",
        {
            "default_audience": settings.JWT_BEARER_DEFAULT_RESOURCE,
            "disclose_unknown_user": True,
            "url_clients": False,
        },
        AS_AUTH0,
    ),
    "auth0-ea": Preset(
        "As in Beta, and clients whose id is the address of their document.",
        {
            "default_audience": settings.JWT_BEARER_DEFAULT_RESOURCE,
            "disclose_unknown_user": True,
            "url_clients": True,
        },
        AS_AUTH0,
    ),
    "strict": Preset(
        "Every refusal alike, every ID-JAG once and for five minutes, and it must name its API.",
        {"default_audience": "", "disclose_unknown_user": False, "url_clients": True},
        {"single_use": True, "max_lifetime": 300, "jit_accounts": False, "link_by_email": False},
    ),
}
ORDER: Final = ("R1", "R10", "R13", "R11")
"""The checks that a preset changes, in the order in which they run."""
CHANGEABLE: Final = ("exp - iat:", "resource: expected a resource claim", "jti: expected one not seen before")
"""How the reasons of those refusals begin that another preset could turn; the others stand under each."""


def foresee(row: Redemption, preset: Preset, *, seen_before: bool) -> str:
    """What the answer to ``row`` would have been: ``granted``, ``refused by`` a check, or how far is known.

    ``seen_before``: the log has an earlier redemption of the same ID-JAG that was granted.
    """
    stops = [number for number in ORDER if number in stops_at(row, preset, seen_before=seen_before)]
    if row.refused_by and not row.reason.startswith(CHANGEABLE):
        return "refused by R1" if "R1" in stops else f"refused by {row.refused_by}"
    if stops:
        return f"refused by {stops[0]}"
    return "granted" if row.refused_by in ("", "R11") else f"past {row.refused_by}; no more is known"


def stops_at(row: Redemption, preset: Preset, *, seen_before: bool) -> Collection[str]:
    lifetime = row.facts.get("lifetime") or 0
    rules = {
        "R1": "://" in row.client_id and not preset.server["url_clients"],
        "R10": lifetime > preset.connection["max_lifetime"],
        "R13": row.facts.get("names_resource") is False and not preset.server["default_audience"],
        "R11": preset.connection["single_use"] and seen_before,
    }
    return {number for number, stops in rules.items() if stops}
