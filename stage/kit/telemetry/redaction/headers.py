"""Headers with their secrets taken out: credentials, cookies, and addresses that hold a code."""

from stage.kit.telemetry.exchange import Headers
from stage.kit.telemetry.redaction import names, text
from stage.kit.telemetry.redaction.notes import Notes


def redact(headers: Headers, notes: Notes, where: str) -> Headers:
    return [(name, _value(name.lower(), value, notes, f"{where}.{name.lower()}")) for name, value in headers]


def _value(name: str, value: str, notes: Notes, where: str) -> str:
    if name in names.AUTHORIZATION:
        return _credentials(value, notes, where)
    if name == "cookie":
        return "; ".join(_cookie(pair, notes, where) for pair in value.split("; "))
    if name == "set-cookie":
        pair, semicolon, attributes = value.partition(";")
        return _cookie(pair, notes, where) + semicolon + attributes
    if name in names.SECRET_HEADERS:
        return notes.secret(value, where)
    if name in names.ADDRESSES:
        return text.by_form(text.address(value, notes, where), notes, where)
    return text.by_form(value, notes, where)


def _credentials(value: str, notes: Notes, where: str) -> str:
    scheme, space, rest = value.partition(" ")
    if scheme.lower() in ("bearer", "dpop"):
        return scheme + space + notes.token(rest, where, "access-token")
    return scheme + space + notes.secret(rest, where) if rest else notes.secret(value, where)


def _cookie(pair: str, notes: Notes, where: str) -> str:
    name, equals, value = pair.partition("=")
    return name + equals + notes.secret(value.strip('"'), f"{where}.{name.strip()}") if equals else pair
