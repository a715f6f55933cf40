"""What a preset would have answered to a request of the log: told by the facts that the log keeps of each.

The checks are gone through in their order. Those that a preset changes are decided anew by the facts; another's
refusal stands. Where the one that refused would have let it pass, what the log does not know of the checks behind
it is said to be unknown.

Deliberately does not: run a check again. The assertion is gone, and was never kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings

from todo0.assertions.models import Redemption
from todo0.presets.rules import PRESETS, Preset
from xaa.jwt_bearer.policy import FALLBACK, IGNORED, NARROWS
from xaa.throttle.allowance import parse_allowance

LIMIT: Final = "429"
ORDER: Final = ("R1", "R2", LIMIT, "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R13", "R14", "R12", "R11")
"""The checks as they decide. R12 is looked up before R13, and judged after R14."""
CHANGEABLE: Final = {
    "R10": ("exp - iat:",),
    "R11": ("jti: expected one not seen before",),
    "R13": (
        "resource: expected a resource claim",
        "resource: expected resources of this server",
        "resource: expected a resource within",
    ),
    "R14": ("scope: expected scopes within", "scope: expected a scope that"),
}
"""How the reasons begin that another preset could turn; every other refusal stands under each."""
LAST: Final = 10
REMEMBERED: Final = 200
"""Rows that are read, so that the bucket of a preset's limit is as full as it would have been."""


def foresee_last(**only: Any) -> list[dict[str, Any]]:
    """The last ten redemptions, of ``only`` such rows, each with every preset's answer. Two statements."""
    rows = list(Redemption.objects.defer("checks").order_by("-pk")[:REMEMBERED])
    shown = [row for row in rows if all(getattr(row, name) == value for name, value in only.items())][:LAST]
    granted = Redemption.objects.filter(jti__in={row.jti for row in shown if row.jti}, error="").order_by("-pk")
    first = {(issuer, jti): pk for issuer, jti, pk in granted.values_list("issuer", "jti", "pk")}  # oldest stays
    held_off = {name: held_off_by(preset, reversed(rows)) for name, preset in PRESETS.items()}
    return [
        {
            "row": row,
            "answers": [
                foresee(
                    row,
                    preset,
                    seen_before=first.get((row.issuer, row.jti), row.pk) < row.pk,
                    held_off=row.pk in held_off[name],
                )
                for name, preset in PRESETS.items()
            ],
        }
        for row in shown
    ]


def held_off_by(preset: Preset, rows: Iterable[Redemption]) -> frozenset[int]:
    """Those of ``rows``, oldest first, that would have come too soon, by the limit of all clients together."""
    if "id_jag_limit" not in preset.server:
        return frozenset()
    came = [row for row in rows if row.refused_by not in ("R1", "R2")]
    admitted = parse_allowance(preset.server["id_jag_limit"]).admits(row.at.timestamp() for row in came)
    return frozenset(row.pk for row, is_in in zip(came, admitted, strict=True) if not is_in)


def foresee(row: Redemption, preset: Preset, *, seen_before: bool, held_off: bool = False) -> str:
    """What the answer to ``row`` would have been: ``granted``, ``refused by`` a check, or how far is known.

    ``seen_before``: the log has an earlier redemption of the same ID-JAG that was granted. ``held_off``: it would
    have been told to come back later.
    """
    refused_by = LIMIT if row.event == Redemption.Event.LIMIT else row.refused_by
    stands = refused_by and refused_by != LIMIT and not row.reason.startswith(CHANGEABLE.get(refused_by, ("\0",)))
    decided = decide(row.facts, preset) | {
        "R1": "://" in row.client_id and not preset.server["url_clients"],
        LIMIT: held_off,
        "R11": preset.connection["single_use"] and seen_before,
    }
    turned = ""
    for number in ORDER:
        if number == refused_by and stands:
            return f"refused by {number}"
        stops = decided.get(number, False)
        if stops:
            return "429, come back later" if number == LIMIT else f"refused by {number}"
        turned = number if number == refused_by else turned
        if turned and (stops is None or turned == LIMIT):
            return "admitted; no more is known" if turned == LIMIT else f"past {turned}; no more is known"
    return "granted"


def decide(facts: Mapping[str, Any], preset: Preset) -> dict[str, bool | None]:
    """Whether the checks that a preset changes would stop a request of these facts; None where they do not say."""
    return {
        "R10": (facts.get("lifetime") or 0) > preset.connection["max_lifetime"],
        "R13": stops_for_its_resource(facts, preset.server),
        "R14": stops_for_its_scope(facts, preset.server),
        "R12": stops_for_its_person(facts, preset.connection),
    }


def stops_for_its_resource(facts: Mapping[str, Any], server: Mapping[str, Any]) -> bool:
    does, names, asks = server["resource_parameter"], facts.get("names_resource", True), facts.get("asks_resource")
    if does == FALLBACK and asks and not names:
        return not facts.get("asks_ours", True)
    if names:
        is_within = does in (FALLBACK, IGNORED) or not asks or facts.get("asks_within", True)
        return not (facts.get("names_ours", True) and is_within)
    asks_default = server["default_audience"] == settings.JWT_BEARER_DEFAULT_RESOURCE and facts.get("asks_default")
    return not server["default_audience"] or (does == NARROWS and bool(asks) and not asks_default)


def stops_for_its_scope(facts: Mapping[str, Any], server: Mapping[str, Any]) -> bool:
    if server["scope_parameter"] == NARROWS and facts.get("asks_scope"):
        return not (facts.get("scope_within", True) and facts.get("asked_scope_left", True))
    return not facts.get("scope_left", True)


def stops_for_its_person(facts: Mapping[str, Any], connection: Mapping[str, Any]) -> bool | None:
    """Somebody new is let in by ``jit_accounts`` alone. Of a request that never got so far nobody knows."""
    stops = {"known": False, "newcomer": not connection["jit_accounts"], "unfit": True}
    return stops.get(facts.get("person", ""))
