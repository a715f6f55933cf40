"""The lab signs what this IdP would never sign: an ID-JAG that is wrong in one thing (F01-F05, F07, F14, F16).

In the flow the exchange has passed all its checks and the answer is what it would be anyway; only what is signed
is bent, just before the signature, so that the resource app has a perfect signature under one wrong claim and the
one check that looks at it must object.

Deliberately does not: sign for anybody but the people at this machine. Whoever reaches the token endpoint of an
IdP in a lab gets tokens that lie, so the lab is closed unless the IdP is bound to loopback or ``IDP_LAB_SIGNS``
says that this is meant.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings

from idp_mock.tokens.id_jag import Draft
from idp_mock.tokens.token_exchange_state import Exchange
from stage.kit.control.wanted import Malformed
from stage.kit.faults import strikes
from stage.kit.state import StageState
from xaa import protocol
from xaa.egress import is_loopback_host

LATE: Final = 120
"""Seconds since an expired one expired: longer than the leeway of anybody who reads it (RFC 7523 §3)."""
DAY: Final = 24 * 3600

Bend = Callable[[Draft, Exchange], None]


def expire(draft: Draft, exchange: Exchange) -> None:
    lifetime = draft.claims["exp"] - draft.claims["iat"]
    draft.claims["exp"] = draft.claims["iat"] - LATE
    draft.claims["iat"] = draft.claims["exp"] - lifetime


def address_the_api(draft: Draft, exchange: Exchange) -> None:
    draft.claims["aud"] = exchange.standing.resource_app.resources[0]


def add_a_slash(draft: Draft, exchange: Exchange) -> None:
    draft.claims["aud"] += "/"


def address_two(draft: Draft, exchange: Exchange) -> None:
    others = exchange.app.enterprise.resource_apps.exclude(pk=exchange.standing.resource_app.pk)
    issuers = [*others.values_list("issuer", flat=True), exchange.app.enterprise.issuer]
    draft.claims["aud"] = [draft.claims["aud"], issuers[0]]


def name_the_client_as_here(draft: Draft, exchange: Exchange) -> None:
    """Its name at this IdP. Where both servers call it the same, as with a URL, there is no such name to take."""
    is_the_same = draft.claims["client_id"] == exchange.app.client_id
    draft.claims["client_id"] = f"{exchange.app.client_id}{'-here' if is_the_same else ''}"


def say_it_is_some_jwt(draft: Draft, exchange: Exchange) -> None:
    draft.typ = protocol.TYP_ID_TOKEN


def leave_out_jti(draft: Draft, exchange: Exchange) -> None:
    del draft.claims["jti"]


def let_it_live_for_a_day(draft: Draft, exchange: Exchange) -> None:
    draft.claims["exp"] = draft.claims["iat"] + DAY


BENDS: Final[dict[str, Bend]] = {
    "F01": expire,
    "F02": address_the_api,
    "F03": add_a_slash,
    "F04": address_two,
    "F05": name_the_client_as_here,
    "F07": say_it_is_some_jwt,
    "F14": leave_out_jti,
    "F16": let_it_live_for_a_day,
}


def is_open() -> bool:
    """An IdP that does not know what it is bound to is not known to be bound to loopback."""
    return settings.IDP_LAB_SIGNS or is_loopback_host(settings.BIND)


def check_allowed(*, before: StageState, after: StageState, **_signal: object) -> None:
    """Said when it is armed, so that nobody waits for a fault that never strikes."""
    wanted = [number for number in BENDS if after.armed(number) and not before.armed(number)]
    if wanted and not is_open():
        raise Malformed(
            f"The lab signs nothing ({', '.join(wanted)}) where the IdP may be reached from other machines. Bind"
            " it to loopback (GRANIAN_HOST=127.0.0.1), or set IDP_LAB_SIGNS=1 if you mean it."
        )


def bend(*, draft: Draft, exchange: Exchange, **_signal: Any) -> None:
    for number, bend_it in BENDS.items():
        if strikes(number) and is_open():
            bend_it(draft, exchange)
