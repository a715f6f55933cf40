"""One exchange as it may leave the process: the attributes of its span (docs/decisions/0009).

Deliberately does not: trust the media type. It chooses what is looked for first; what has a secret's form or value
goes out of everything.
"""

import base64
import json
import os
from typing import Any, Final

from stage.kit.people import PEOPLE
from stage.kit.telemetry.exchange import LIMIT, Exchange, Message
from stage.kit.telemetry.redaction import headers, text
from stage.kit.telemetry.redaction.notes import REDACTED, Notes

LONG_ENOUGH: Final = 12


def known_secrets() -> list[str]:
    """What this process was given to keep, and the cast's passwords. Shorter ones stand in innocent text, too."""
    named = [value for name, value in os.environ.items() if name.endswith(("_SECRET", "_KEY", "_PASSWORD"))]
    named += [person.password for person in PEOPLE]
    split = {part for value in named for part in value.split() if len(part) >= LONG_ENOUGH}
    return sorted(split, key=len, reverse=True)


class Redactor:
    def __init__(self) -> None:
        self._secrets = known_secrets()

    def attributes_of(self, exchange: Exchange) -> dict[str, Any]:
        notes = Notes()
        target = text.address(exchange.target, notes, "request")
        found: dict[str, Any] = {"xaa.request.target": self._by_value(text.by_form(target, notes, "request"))}
        found |= self._side(exchange.request, notes, "request")
        if exchange.response is not None and exchange.status is not None:
            found |= self._side(exchange.response, notes, "response") | {"xaa.response.status": exchange.status}
        found["xaa.redactions"] = _compact(notes.redactions)
        found["xaa.tokens"] = _compact(notes.tokens)
        if exchange.faults:
            found["xaa.faults"] = _compact(exchange.faults)
        return found

    def address(self, url: str) -> str:
        notes = Notes()
        return self._by_value(text.by_form(text.address(url, notes, ""), notes, ""))

    def _side(self, message: Message, notes: Notes, side: str) -> dict[str, Any]:
        shown = _compact(headers.redact(message.headers, notes, f"{side}.headers"))
        return {
            f"xaa.{side}.headers": self._by_value(shown),
            f"xaa.{side}.body": self._body(message, notes, side),
            f"xaa.{side}.size": message.body.size,
        }

    def _body(self, message: Message, notes: Notes, side: str) -> str:
        raw = bytes(message.body.kept)
        try:
            letters = raw.decode()
        except UnicodeDecodeError as error:
            if message.body.size == len(raw) or error.start < len(raw) - 4:
                return f"base64:{base64.b64encode(raw[:LIMIT]).decode()}"
            letters = raw[: error.start].decode()  # cut in the middle of a letter
        kind = message.header("content-type").partition(";")[0].strip().lower()
        return self._by_value(_redact_text(letters, kind, notes, side)[:LIMIT])

    def _by_value(self, letters: str) -> str:
        for secret in self._secrets:
            if secret in letters:
                letters = letters.replace(secret, REDACTED)
        return letters


def _redact_text(letters: str, kind: str, notes: Notes, side: str) -> str:
    if kind == "application/x-www-form-urlencoded":
        letters = text.form(letters, notes, f"{side}.form")
    elif kind in ("text/html", "application/xhtml+xml", "text/event-stream"):
        letters = text.page(letters, notes, f"{side}.html")
    else:
        letters = text.json(letters, notes, f"{side}.json")
        if not letters.lstrip().startswith(("{", "[", "<")):
            letters = text.form(letters, notes, f"{side}.body")
    return text.by_form(letters, notes, f"{side}.body")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
