"""Read a JSON request body strictly: what is not exactly as documented is refused by name, never guessed.

In the flow the caller is a client that passed the access token checks, so this is about clear errors and
about garbage that must not reach the database: NUL characters and lone surrogates break PostgreSQL, deep
nesting the parser.

Deliberately does not: coerce types ("true" is not true) or ignore unknown members (a typo would lose a
value).
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from todo0.api.errors import ApiError
from todo0.todos.fields import FieldRefused, clean_due_on, clean_title
from xaa.compact import read_finite

MAX_BODY_BYTES: Final = 16 * 1024


def read_object(request: HttpRequest, members: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The body's members, each read by its reader in ``members``."""
    return read_members(parse(_read_bytes(request)), members)


def read_members(value: Any, members: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """The same of a value that came in some other way, such as the arguments of an MCP tool."""
    if not isinstance(value, dict):
        raise refused(f"Expected a JSON object, found {_name_of(value)}.")
    if unknown := sorted(set(value) - set(members)):
        raise refused(f"Expected only {', '.join(members)}, found {_shown(unknown[0])}.")
    return {name: members[name](item) for name, item in value.items()}


def read_title(value: Any) -> str:
    if not isinstance(value, str):
        raise refused(f"Expected title to be a string, found {_name_of(value)}.")
    return _clean(clean_title, value)


def read_done(value: Any) -> bool:
    if not isinstance(value, bool):
        raise refused(f"Expected done to be true or false, found {_name_of(value)}.")
    return value


def read_due_on(value: Any) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise refused(f"Expected due_on to be a string or null, found {_name_of(value)}.")
    return _clean(clean_due_on, value)


def refused(message: str) -> ApiError:
    return ApiError(400, "invalid_request", message)


def _clean(cleaner: Callable[[str], Any], text: str) -> Any:
    try:
        return cleaner(text)
    except FieldRefused as error:
        raise refused(str(error)) from error


def _read_bytes(request: HttpRequest) -> bytes:
    if request.content_type != "application/json":
        raise ApiError(
            415, "unsupported_media_type", f"Expected application/json, found {_shown(request.content_type)}."
        )
    try:
        body = request.body
    except RequestDataTooBig:
        body = b" " * (MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise ApiError(413, "content_too_large", f"Expected at most {MAX_BODY_BYTES} bytes, found more.")
    return body


def parse(body: bytes) -> Any:
    """JSON that every reader reads alike, or an ``ApiError``."""
    try:
        return json.loads(
            body.decode(),
            object_pairs_hook=_refuse_twins,
            parse_constant=_refuse_constant,
            parse_float=read_finite,
        )
    except (ValueError, RecursionError) as error:
        raise refused("Expected a JSON object in UTF-8, found no JSON.") from error


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of one body could each see another value (RFC 8259 §4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise refused("Expected each member once, found one twice.")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _name_of(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _shown(value: Any) -> str:
    return ascii(value)[:60]
