"""One attempt to sign in, remembered in the browser's session under its ``state`` from start to callback.

mozilla-django-oidc keeps nonce and PKCE verifier per state, so that two tabs do not disturb each other. What
it keeps once per session or not at all is added here: the connection that was chosen (RFC 9700 §4.4: the
answer of one IdP must not be taken to another), and what was asked for, down to where to go afterwards.

Deliberately does not: make a state single-use across two simultaneous requests of one browser; both would
present the same authorization code, which the IdP redeems once (RFC 6749 §4.1.2).
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from xaa.clock import read_clock
from xaa.signin.connections import Connection
from xaa.signin.failures import STALE_STATE, UNKNOWN_STATE, SignInFailed
from xaa.signin.mozilla import STATES
from xaa.signin.start_request import StartRequest

LIFETIME: Final = 3600
"""Seconds a person has at the IdP: enough to enrol a second factor, too short for a forgotten tab to matter."""


@dataclass(frozen=True)
class Attempt:
    state: str = field(repr=False)
    slug: str
    asked: StartRequest


def remember_attempt(request: HttpRequest, state: str, connection: Connection, asked: StartRequest) -> None:
    """Complete the entry that the library has just made for ``state``."""
    request.session[STATES][state] |= {
        "connection": connection.slug,
        "asked": asdict(asked),
        "added_on": read_clock(),  # the library's own reading may be of another clock
    }
    request.session.modified = True


def load_attempt(request: HttpRequest) -> Attempt:
    """The attempt that this callback answers; what this browser did not ask for is refused (RFC 9700 §4.7)."""
    presented = request.GET.getlist("state")
    if len(presented) != 1:
        raise SignInFailed(UNKNOWN_STATE, f"Expected one state, found {len(presented)}.")
    state, entry = _find_entry(request, presented[0])
    if read_clock() - entry["added_on"] > LIFETIME:
        forget_attempt(request, state)
        raise SignInFailed(STALE_STATE, f"Expected an answer within {LIFETIME} s.")
    return Attempt(state, entry["connection"], StartRequest(**entry["asked"]))


def forget_attempt(request: HttpRequest, state: str) -> None:
    """A state is good for one answer, whatever that answer was."""
    if request.session.get(STATES, {}).pop(state, None) is None:
        return
    try:
        request.session.save()
    except UpdateError:
        request.session.flush()  # signed out in another tab: there is no session left to forget it in


def _find_entry(request: HttpRequest, presented: str) -> tuple[str, dict[str, Any]]:
    """Compared with each state in constant time, so that response times tell nothing about the right one."""
    entries = [
        (state, entry)
        for state, entry in request.session.get(STATES, {}).items()
        if constant_time_compare(state, presented) and "asked" in entry
    ]
    if not entries:
        raise SignInFailed(UNKNOWN_STATE, "Expected a state of this browser's session.")
    return entries[0]
