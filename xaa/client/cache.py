"""Where access tokens wait between calls: keyed by (user, resource, scope, details), dropped before they expire.

Only access tokens are kept. An ID-JAG is asked for afresh each time, so that the IdP's admin is asked each time,
but for one that a server had no time to look at (429): it is not spent, and the IdP has answered this question.

A product gives ``CrossAppSession`` a cache of its own that encrypts at rest and dies with the user's session.
"""

import threading
from typing import NamedTuple, Protocol

from xaa.client.responses import AccessToken, IssuedIdJag, Names


class TokenKey(NamedTuple):
    """Whose token, for which API, to do what. ``user`` is the caller's own key for user and sign-in session.

    ``details`` is what ``dump_details`` makes of ``authorization_details`` (RFC 9396 §2), empty without any.
    """

    user: str
    resource: str
    scope: Names
    details: str = ""


class TokenCache(Protocol):
    """What the session needs of a cache. ``load`` raises ``KeyError`` when there is nothing."""

    def load(self, key: TokenKey) -> AccessToken: ...

    def keep(self, key: TokenKey, token: AccessToken) -> None: ...

    def drop(self, key: TokenKey) -> None: ...


class UnspentIdJags(Protocol):
    """Where an ID-JAG waits for the next attempt at the *same* thing, whose caller has its own store for it.

    ``take`` also removes it, and raises ``KeyError`` when there is none. A product keeps it sealed, like a token.
    """

    def take(self, key: TokenKey) -> IssuedIdJag: ...

    def keep(self, key: TokenKey, id_jag: IssuedIdJag) -> None: ...


class MemoryTokenCache:
    """For one process, for tests and for scripts."""

    def __init__(self) -> None:
        self._tokens: dict[TokenKey, AccessToken] = {}
        self._lock = threading.Lock()

    def load(self, key: TokenKey) -> AccessToken:
        with self._lock:
            return self._tokens[key]

    def keep(self, key: TokenKey, token: AccessToken) -> None:
        with self._lock:
            self._tokens[key] = token

    def drop(self, key: TokenKey) -> None:
        with self._lock:
            self._tokens.pop(key, None)
