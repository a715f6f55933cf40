"""The nonce that a server wants in a DPoP proof (RFC 9449 §8, §9).

In the flow both token endpoints and the API may refuse a proof without one, and name it. The request was not
carried out then, so it is sent once more, with a proof that holds the nonce; no grant is spent by it.

Deliberately does not: come back twice, or remember a nonce for the next request (§8.2). That costs such a server's
client a refusal each time, and keeps no state that threads and processes would have to share.
"""

import re
from typing import Final

from xaa import protocol
from xaa.client.challenge import read_challenge
from xaa.http import HttpAnswer, HttpFailure

NONCE: Final = re.compile(r"[!#-\[\]-~]{1,1024}")  # RFC 9449 §8.1: 1*NQCHAR, and a header has an end


def read_demanded_nonce(answer: HttpAnswer) -> str:
    """What the proof of the next attempt must hold; empty when nothing, or nothing usable, is demanded."""
    nonce = answer.headers.get(protocol.HEADER_DPOP_NONCE, "")
    if answer.status not in (400, 401) or not NONCE.fullmatch(nonce):
        return ""
    errors = (_read_error(answer), read_challenge(answer).get("error"))
    return nonce if protocol.ERROR_USE_DPOP_NONCE in errors else ""


def _read_error(answer: HttpAnswer) -> object:
    """An authorization server says it in the body (§8), a resource server in its challenge (§9)."""
    try:
        return answer.json().get("error")
    except HttpFailure:
        return ""
