"""Calls that came without a trace: a curl by hand, or a program that sends no ``traceparent``.

In the flow each such call is a trace of its own, since nobody said what it belongs to. What they share says it
all the same: an ID-JAG that one call was given and the next one shows. So calls that share a token, by its
fingerprint, stand together here, in the order in which they came.

Deliberately does not: guess by the time alone. Two programs may call in the same second.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.control.worlds import Worlds
from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop, classify
from stage.recorder.models import Record
from stage.recorder.places import A_PROGRAM
from stage.recorder.tokens import find_tokens

NEWEST: Final = 200
"""How many calls are looked at."""


@dataclass(frozen=True)
class Call:
    """One of them. ``shown`` and ``given`` are its tokens, those that came and those that went back."""

    exchange: Exchange

    @cached_property
    def hop(self) -> Hop:
        return Hop("1", classify(self.exchange, "act").kind, (self.exchange,), self.exchange)

    @cached_property
    def tokens(self) -> list[dict[str, Any]]:
        return list(self.exchange.record.exchange.get("tokens") or [])

    @property
    def shown(self) -> list[tuple[str, str]]:
        return self._tokens_of("request.")

    @property
    def given(self) -> list[tuple[str, str]]:
        return self._tokens_of("response.")

    @property
    def fingerprints(self) -> set[str]:
        return {str(one["fp"]) for one in self.tokens}

    @property
    def client_id(self) -> str:
        """Who it says it is; a name in an ``Authorization`` header is taken out with the secret beside it."""
        said = [self.exchange.form.get("client_id")]
        said += [token.claims.get("client_id") for token in find_tokens(self.exchange)]
        return next((str(one) for one in said if one), "")

    def _tokens_of(self, side: str) -> list[tuple[str, str]]:
        found = [(one["fp"], one["kind"]) for one in self.tokens if str(one["where"]).startswith(side)]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Series:
    """Calls that hang together by their tokens, the first one first; or those that do not, the newest first."""

    calls: list[Call]
    is_joined: bool = True

    @property
    def client_id(self) -> str:
        return next((call.client_id for call in self.calls if call.client_id), "") if self.is_joined else ""


@require_safe
@never_cache
def show_strangers(request: HttpRequest) -> HttpResponse:
    return render(request, "recorder/strangers.html", {"series": join(load_calls()), "newest": NEWEST})


def load_calls() -> list[Call]:
    """Of this world, the first one first; what a browser asked for is none of them."""
    worlds = Worlds()
    records = (
        Record.objects.filter(kind=Record.Kind.SERVER, parent_span_id="").exclude(exchange={}).order_by("-seq")
    )
    exchanges = [Exchange(wire=None, server=record) for record in records[:NEWEST]]
    strangers = [one for one in exchanges if one.caller is A_PROGRAM and worlds.is_present(one.at)]
    return [Call(one) for one in reversed(strangers)]


def join(calls: Iterable[Call]) -> list[Series]:
    """Whatever shares a token, also by way of others, the series with the newest call first; then all the rest."""
    joined: list[tuple[set[str], list[Call]]] = []
    for call in calls:
        mine = [one for one in joined if one[0] & call.fingerprints]
        tokens = call.fingerprints.union(*(one[0] for one in mine))
        earlier = [other for one in mine for other in one[1]]
        joined = [one for one in joined if one not in mine]
        joined.append((tokens, sorted([*earlier, call], key=lambda one: one.exchange.record.seq)))
    newest_first = [own for _, own in reversed(joined)]
    alone = [own[0] for own in newest_first if len(own) == 1]
    series = [Series(own) for own in newest_first if len(own) > 1]
    return [*series, Series(alone, is_joined=False)] if alone else series
