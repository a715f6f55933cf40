"""The geometry of the sequence diagram: one small picture a hop, drawn over its list item by a template.

In the flow a person reads arrows between lifelines. The list item beside a picture says all of it in words, so a
picture is decoration. Everything across is a share of the width and words keep their own size, so that the diagram
fits any column without a script and without letters that shrink.

Deliberately does not: draw. ``templates/stage/recorder/arrow.svg`` does, from these numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from stage.recorder.hops import Hop
from stage.recorder.places import A_PROGRAM, AGENT0, PLACES, Place
from stage.recorder.tokens import issued_token

GAP = 100 // len(PLACES)
LAST_WITH_WORDS_ON_ITS_RIGHT = 3  # the fourth lifeline from the left; right of the fifth is no room
COLUMNS = {place.key: position * GAP + GAP // 2 for position, place in enumerate(PLACES)}
ELSEWHERE = 100 - GAP // 4  # a server of somebody else's: a place at the edge


@dataclass(frozen=True)
class Band:
    """A trust domain: the ground behind the lifelines of one owner."""

    owner: str
    key: str
    start: int
    width: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Picture:
    """One row. Positions are per cent of the width; ``tone`` is empty, ``deny`` or ``narrowed``."""

    hop: Hop
    start: int
    end: int
    words: str
    words_back: str
    token: str

    @property
    def tone(self) -> str:
        return "deny" if self.hop.is_bad else "narrowed" if self.hop.outcome == "narrowed" else ""

    @property
    def has_request(self) -> bool:
        return not self.hop.is_answer

    @property
    def has_answer(self) -> bool:
        """A token exchange that succeeds has its answer drawn as the next hop."""
        return self.hop.lead.status is not None and not self.is_split

    @property
    def is_split(self) -> bool:
        kind = self.hop.kind
        return bool(kind and not kind.answer and not self.hop.is_bad)

    @property
    def middle(self) -> float:
        return (self.start + self.end) / 2

    @property
    def is_beside(self) -> bool:
        """Words stand to the right of an arrow, where there is room; else on the line."""
        return max(self.start, self.end) <= LAST_WITH_WORDS_ON_ITS_RIGHT * GAP + GAP // 2

    @property
    def words_at(self) -> float:
        return max(self.start, self.end) if self.is_beside else self.middle

    @property
    def cross_at(self) -> float:
        """Where a failure is crossed out: near whoever said no, or short of whom nobody reached."""
        return self.end + (self.start - self.end) * 0.22


def draw(hop: Hop) -> Picture:
    start, end = (_column(place) for place in (hop.origin, hop.target))
    words = hop.kind.label if hop.kind else f"{hop.lead.method} {hop.lead.path.rpartition('/')[2][:18]}"
    if hop.is_bad:
        return Picture(hop, start, end, words, _bad_news(hop), "")
    token = issued_token(hop.lead)
    if token:
        return Picture(hop, start, end, words, token.fingerprint or token.name, token.kind)
    return Picture(hop, start, end, words, hop.kind.answer if hop.kind else "", "")


def _column(place: Place) -> int:
    """A program of yours stands where Agent0 would, whose part it plays."""
    return COLUMNS.get(AGENT0.key if place is A_PROGRAM else place.key, ELSEWHERE)


def _bad_news(hop: Hop) -> str:
    if hop.outcome == "no answer":
        return "No answer"
    return "Failed" if (hop.lead.status or 0) >= 500 else "Denied"


def bands(hops: Iterable[Hop] = ()) -> list[Band]:
    """The domains from left to right, each over the lifelines of its places, by their names in ``hops``."""
    seen = {place.key: place for hop in hops for place in (hop.origin, hop.target)}
    found: dict[str, list[Place]] = {}
    for place in (seen.get(usual.key, usual) for usual in PLACES):
        found.setdefault(place.owner, []).append(place)
    return [
        Band(owner, places[0].key, COLUMNS[places[0].key] - GAP // 2, GAP * len(places), tuple(places))
        for owner, places in found.items()
    ]
