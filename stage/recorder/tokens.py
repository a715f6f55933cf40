"""The tokens of an exchange: where each one stands, and what its header and claims say.

In the flow three tokens follow one another, each for another reader. Here they are found wherever a message
carries one: in a form, in a JSON answer, in a header. The party that recorded it has taken the signature away.

Deliberately does not: verify. What a token says is shown as its own words; whether a party believed it is in its
checks.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stage.kit.telemetry.redaction.notes import SIGNATURE
from stage.recorder.exchange import Exchange, Message, parse_form
from xaa import protocol
from xaa.compact import MalformedToken, peek

KINDS = {
    protocol.TYP_ID_JAG: ("id-jag", "ID-JAG"),
    protocol.TYP_ACCESS_TOKEN: ("access-token", "access token"),
    protocol.TYP_DPOP_PROOF: ("proof", "DPoP proof"),
    protocol.TYP_CLIENT_ASSERTION: ("client-assertion", "client assertion"),
}
ID_TOKEN = ("id-token", "ID token")
UNKNOWN = ("token", "token")


@dataclass(frozen=True)
class Token:
    """``where`` is the place in the exchange, as ``xaa.redactions`` writes it; ``header`` is empty for no JWT."""

    where: str
    text: str
    kind: str
    name: str
    fingerprint: str
    header: dict[str, Any]
    claims: dict[str, Any]

    @property
    def is_in_answer(self) -> bool:
        return self.where.startswith("response.")


def find_tokens(exchange: Exchange) -> list[Token]:
    """Every JWT that the caller sent or was given, in the order of the message; those of the answer last."""
    seen = {one["where"]: one for one in exchange.record.exchange.get("tokens") or []}
    found = []
    for where, text in [*_values("request", exchange.request), *_values("response", exchange.response)]:
        token = read_token(where, text, fingerprint=str(seen.get(where, {}).get("fp", "")))
        if token:
            found.append(token)
    return found


def issued_token(exchange: Exchange) -> Token | None:
    """The token that the flow goes on with: of a sign-in's two the ID token."""
    issued = [token for token in find_tokens(exchange) if token.is_in_answer]
    return min(issued, key=lambda token: token.kind == "access-token", default=None)


def read_token(where: str, text: str, *, fingerprint: str = "") -> Token | None:
    """``text`` as a JWT; None when it is none that anybody can read."""
    if text.count(".") != 2 or not text.startswith("ey"):
        return None
    try:
        peeked = peek(text.removesuffix(SIGNATURE))
    except MalformedToken:
        return None
    header, claims = dict(peeked.unverified_header), dict(peeked.unverified_claims)
    kind, name = name_kind(header, claims)
    return Token(where, text, kind, name, fingerprint, header, claims)


def name_kind(header: dict[str, Any], claims: dict[str, Any]) -> tuple[str, str]:
    """What kind of token its own header says it is: its chip, and its name."""
    typ = str(header.get("typ", ""))
    if typ in KINDS:
        return KINDS[typ]
    is_id_token = typ in ("", protocol.TYP_ID_TOKEN) and {"iss", "sub", "aud"} <= claims.keys()
    return ID_TOKEN if is_id_token else UNKNOWN


def _values(side: str, message: Message | None) -> Iterator[tuple[str, str]]:
    if message is None:
        return
    for name, value in message.headers:
        yield f"{side}.header.{name.lower()}", value.rpartition(" ")[2]
    for name, value in parse_form(message):
        yield f"{side}.form.{name}", value
    yield from _walk(f"{side}.json", read_json(message))


def read_json(message: Message) -> Any:
    """The body as JSON; None when it is none."""
    if "json" not in message.header("Content-Type"):
        return None
    try:
        return json.loads(message.body)
    except ValueError:
        return None


def _walk(where: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _walk(f"{where}.{name}", member)
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from _walk(f"{where}.{position}", member)
    elif isinstance(value, str):
        yield where, value
