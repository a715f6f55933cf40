"""The small readers of an ID-JAG's claims: each is of the JSON type it should be, or the ID-JAG is refused.

In the flow the checks of ``id_jag.py`` call them once the signature holds. A refusal says what was expected and
what was found, for the log.

Deliberately does not: know a rule of ID-JAG §4.4.1. Those are the checks.
"""

from collections.abc import Mapping
from typing import Any, Final

from xaa import protocol
from xaa.authorization_details import Details, read_details
from xaa.jwt_bearer.presented import IdJagRejected, Presented

MAX_IDENTIFIER_LENGTH: Final = 255  # OpenID Connect Core §2, for ``sub``; we hold ``jti`` to it as well
_PRINTABLE: Final = frozenset(map(chr, range(0x20, 0x7F)))


def check_equal(name: str, found: object, expected: str) -> None:
    if not isinstance(found, str) or found != expected:
        raise IdJagRejected(f"{name}: expected {expected!r}, found {found!r:.200}")


def check_identifier(name: str, found: object) -> None:
    if (
        not isinstance(found, str)
        or not 0 < len(found) <= MAX_IDENTIFIER_LENGTH
        or not _PRINTABLE.issuperset(found)
    ):
        raise IdJagRejected(f"{name}: expected 1 to {MAX_IDENTIFIER_LENGTH} printable ASCII, found {found!r:.80}")


def check_names(name: str, found: object) -> None:
    if not isinstance(found, str | list) or not all(isinstance(item, str) and item for item in found):
        raise IdJagRejected(f"{name}: expected a string or an array of strings, found {found!r:.80}")


def read_time(presented: Presented, name: str) -> int:
    found = presented.id_jag.claims.get(name)
    if type(found) is not int or not 0 < found < 2**40:
        raise IdJagRejected(f"{name}: expected an integer of seconds since the epoch, found {found!r:.40}")
    return found


def read_claimed_details(claims: Mapping[str, Any]) -> Details:
    """None without the claim; an empty array is no way to say so (``DetailsRefused``)."""
    name = protocol.AUTHORIZATION_DETAILS
    return read_details(claims[name]) if name in claims else ()
