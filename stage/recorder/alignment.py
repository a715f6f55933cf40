"""R-4: two traces, hop by hop, and where they first part.

In the flow a person has a good trace and a broken one, and wants the first thing that is not the same: everything
after it follows from it. What differs at each run by its nature, such as a nonce or a time, is no difference.

Deliberately does not: decide which of the two is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from stage.recorder.difference import Difference, Piece, compare
from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop
from stage.recorder.tokens import find_tokens, read_json
from stage.recorder.trace import Trace

OF_EACH_RUN = {
    "jti", "iat", "exp", "nbf", "auth_time", "nonce", "sid", "at_hash", "family", "state", "code",
    "code_challenge", "code_verifier", "csrfmiddlewaretoken", "request", "turn", "expires_in", "id", "created_at",
    "done_at", "words", "title", "idempotency_key",
}  # fmt: skip
"""Names of what is random or the time, or what the person asked for: different in every two runs."""

SHORT = 8
ALIKE = 0.6


@dataclass(frozen=True)
class Point:
    """One thing that is not the same."""

    name: str
    left: str
    right: str

    @property
    def difference(self) -> Difference:
        """Character by character where the two are nearly the same; else each as a whole."""
        if len(self.left) > SHORT and SequenceMatcher(None, self.left, self.right).ratio() > ALIKE:
            return compare(self.left, self.right)
        return Difference(_whole(self.left), _whole(self.right), is_of_strings=False)


@dataclass(frozen=True)
class Pair:
    """The hop of both traces; one of them is None where the other trace has none."""

    left: Hop | None
    right: Hop | None
    points: tuple[Point, ...]
    is_first: bool = False

    @property
    def title(self) -> str:
        hop = self.left or self.right
        return f"{hop.number}. {hop.title}" if hop.number else hop.title  # type: ignore[union-attr]

    @property
    def differs(self) -> bool:
        return bool(self.points) or self.left is None or self.right is None


def align(left: Trace, right: Trace) -> list[Pair]:
    """Every hop of both in order, and the first difference marked."""
    pairs = [_pair(one, other) for one, other in _side_by_side(left.hops, right.hops)]
    first = next((at for at, pair in enumerate(pairs) if pair.points), None)
    if first is None:
        first = next((at for at, pair in enumerate(pairs) if pair.differs), None)
    return [Pair(one.left, one.right, one.points, is_first=at == first) for at, one in enumerate(pairs)]


def _side_by_side(left: list[Hop], right: list[Hop]) -> Iterator[tuple[Hop | None, Hop | None]]:
    first, second = ([hop.number or hop.title for hop in hops] for hops in (left, right))
    for kind, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(left[a:b], right[c:d], strict=True)
            continue
        yield from ((hop, None) for hop in left[a:b])
        yield from ((None, hop) for hop in right[c:d])


def _pair(left: Hop | None, right: Hop | None) -> Pair:
    if left is None or right is None:
        return Pair(left, right, ())
    return Pair(left, right, tuple(_points(left, right)))


def _points(left: Hop, right: Hop) -> Iterator[Point]:
    if left.lead.status != right.lead.status:
        yield Point("Answer", str(left.lead.status or "none"), str(right.lead.status or "none"))
    facts = [_facts(hop.lead) for hop in (left, right)]
    for name in dict.fromkeys([*facts[0], *facts[1]]):
        one, other = (found.get(name, "") for found in facts)
        if one != other and "not reached" not in (one, other):  # that follows from the check before it
            yield Point(name, one, other)


def _facts(exchange: Exchange) -> dict[str, str]:
    """All that should be the same in two runs, by a name for people: verdicts first."""
    found: dict[str, str] = {}
    for check in exchange.checks:
        note = f": {check['note']}" if check["note"] else ""
        found[f"{check['number']} {check['title']}"] = f"{check['outcome']}{note}"
    tokens = {token.where: token for token in find_tokens(exchange)}
    for name, value in exchange.form.items():
        if name not in OF_EACH_RUN and f"request.form.{name}" not in tokens:
            found[f"request, {name}"] = value
    answer = read_json(exchange.response) if exchange.response else None
    for name, value in (answer if isinstance(answer, dict) else {}).items():
        if name not in OF_EACH_RUN and f"response.json.{name}" not in tokens and "[redacted" not in str(value):
            found[f"answer, {name}"] = str(value)
    for token in tokens.values():
        for part, members in (("header ", token.header), ("", token.claims)):
            found |= {
                f"{token.name}, {part}{name}": str(value)
                for name, value in members.items()
                if name not in OF_EACH_RUN
            }
    return found


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text, True),) if text else ()
