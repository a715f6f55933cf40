"""Text with its secrets taken out, letter for letter the same otherwise: nothing is parsed and written anew.

Each function takes a text, the ``Notes``, and ``where`` it stands, such as ``request.form``.

Deliberately does not: depend on the text being well formed. A form that is no form has the same secrets in it.
"""

import html
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote_plus

from stage.kit.telemetry.redaction import saml
from stage.kit.telemetry.redaction.names import CODES, SECRETS, TOKENS
from stage.kit.telemetry.redaction.notes import JWT, Notes

MEMBER: Final = re.compile(
    rf'(?P<before>"(?P<name>{"|".join([*sorted(SECRETS), *sorted(TOKENS)])})"\s*:\s*")(?P<value>(?:[^"\\]|\\.)*)'
)
TAG: Final = re.compile(r"<(?:input|meta|button|textarea)\b[^>]*>", re.IGNORECASE)
ATTRIBUTE: Final = re.compile(
    r"""(?P<before>\b(?P<name>name|value)\s*=\s*)(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.S
)
MARKED: Final = re.compile(r"(?P<before><[^>]*\bdata-secret\b[^>]*>)(?P<value>[^<]*)")
LINK: Final = re.compile(r"""(?P<before>=\s*["'])(?P<value>[^"'<>]*[?#][^"'<>]*)""")
PERHAPS: Final = re.compile(
    rf"(?:[?&;#]|%3F|%26)(?:{'|'.join(sorted(SECRETS | CODES | TOKENS.keys()))})(?:=|%3D)", re.IGNORECASE
)
"""Whether any link is worth a look: pages have hundreds of them, and hardly ever one with a secret."""


def form(text: str, notes: Notes, where: str) -> str:
    """``a=1&b=2``: a form, a query or a fragment."""
    return "&".join(_pair(pair, notes, where) for pair in text.split("&"))


def address(text: str, notes: Notes, where: str) -> str:
    """A URL, or a target: its query and its fragment."""
    rest, hash_mark, fragment = text.partition("#")
    path, mark, query = rest.partition("?")
    query, fragment = form(query, notes, f"{where}.query"), form(fragment, notes, f"{where}.fragment")
    return f"{path}{mark}{query}{hash_mark}{fragment}"


def json(text: str, notes: Notes, where: str) -> str:
    def member(found: re.Match[str]) -> str:
        return found["before"] + _named(found["name"], found["value"], notes, f"{where}.{found['name']}")

    return MEMBER.sub(member, text)


def page(text: str, notes: Notes, where: str) -> str:
    """HTML: what a field holds, what a link leads to, and what a page marks as secret (``data-secret``)."""
    text = TAG.sub(lambda tag: _field(tag[0], notes, where), text)
    if "data-secret" in text:
        text = MARKED.sub(
            lambda found: found["before"] + notes.secret(found["value"], f"{where}.data-secret"), text
        )
    if PERHAPS.search(text):
        text = LINK.sub(lambda link: link["before"] + _link(link["value"], notes, where), text)
    return text


def by_form(text: str, notes: Notes, where: str) -> str:
    """What no name gave away: a JWT, wherever it stands."""
    return JWT.sub(lambda found: notes.jwt(found[0], where), text)


def _pair(pair: str, notes: Notes, where: str) -> str:
    name, equals, value = pair.partition("=")
    plain = unquote_plus(name)
    if plain in CODES:
        return name + equals + notes.secret(value, f"{where}.{plain}")
    if plain in SECRETS or plain in TOKENS:
        shown = _named(plain, unquote_plus(value), notes, f"{where}.{plain}")
        return name + equals + (value if shown == unquote_plus(value) else quote(shown, safe="[] "))
    if "?" in unquote_plus(value):  # an address inside an address, such as where to go on to
        inner = unquote_plus(value)
        shown = address(inner, notes, f"{where}.{plain}")
        return pair if shown == inner else name + equals + quote(shown, safe="[] ")
    return pair


def _named(name: str, value: str, notes: Notes, where: str) -> str:
    if name in SECRETS:
        return notes.secret(value, where)
    if saml.is_assertion(value):
        return saml.without_signature(value, notes, where)
    return notes.token(value, where, TOKENS[name])


def _field(tag: str, notes: Notes, where: str) -> str:
    held = {found["name"].lower(): html.unescape(found["value"]) for found in ATTRIBUTE.finditer(tag)}
    name = held.get("name", "")
    if name not in SECRETS | CODES | TOKENS.keys() or "value" not in held:
        return tag
    take_out: Callable[[str], str] = lambda value: (  # noqa: E731
        notes.secret(value, f"{where}.{name}") if name in CODES else _named(name, value, notes, f"{where}.{name}")
    )

    def attribute(found: re.Match[str]) -> str:
        if found["name"].lower() != "value":
            return found[0]
        shown = html.escape(take_out(html.unescape(found["value"])))
        return f"{found['before']}{found['quote']}{shown}{found['quote']}"

    return ATTRIBUTE.sub(attribute, tag)


def _link(value: str, notes: Notes, where: str) -> str:
    plain = html.unescape(value)
    shown = address(plain, notes, f"{where}.link")
    return value if shown == plain else html.escape(shown)
