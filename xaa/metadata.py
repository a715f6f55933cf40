"""What a configured issuer publishes: its metadata and its keys, fetched, checked and cached.

In the flow: the client reads where the IdP and the resource authorization server have their token endpoints, and
everybody who verifies a JWT gets the issuer's keys here. Only issuers that the configuration names are ever asked;
an ``iss`` read from a token starts no request (RFC 8725 §3.10).

RFC 8414 §3 puts the well-known part before an issuer's path and OpenID Connect Discovery §4 after it: both are
tried. The document's ``issuer`` must equal the configured one byte for byte, or it is somebody else's (RFC 8414
§3.3): a trailing slash makes another issuer.

Deliberately does not: decide whom to trust, or keep its cache between processes (each worker asks once).
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

from xaa import jose, protocol
from xaa.errors import XaaError
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp

REFETCH_COOLDOWN: Final = 30.0
"""Seconds between two fetches of one issuer's keys, so that made-up ``kid`` values cannot drive our traffic."""
KEYS_FRESH_FOR: Final = 600.0
"""Seconds after which a key set is fetched anew: the bound within which a withdrawn key stops verifying."""
KEYS_USABLE_FOR: Final = 3600.0
"""Seconds that the last good set outlives an issuer that does not answer; after that nothing verifies."""
FAILURE_COOLDOWN: Final = 2.0
"""Seconds for which an issuer that just failed to answer is not asked again, so that nobody queues behind it."""
METADATA_FRESH_FOR: Final = 600.0

Kind = Literal["oauth", "openid"]


class MetadataError(XaaError):
    """The issuer's metadata cannot be used. The message says expected and found; the issuer can mend it."""


class IssuerUnreachable(MetadataError):
    """No document came from any of its addresses. Whoever runs the issuer can mend it, and it may be so later."""


class IssuerMismatch(MetadataError):
    """The document names another issuer (RFC 8414 §3.3). It will do so the next time, too.

    Whoever configured ``expected`` here can mend it: it is spelled as ``found``, or it is the wrong address.
    """

    def __init__(self, url: str, *, expected: str, found: object) -> None:
        mend = "Configure the issuer exactly as it calls itself, or another address."
        super().__init__(f"{url}: expected issuer {expected!r}, found {found!r:.200}. {mend}")
        self.expected = expected
        self.found = found


class KeysUnavailable(XaaError):
    """The issuer's keys cannot be had now: the fault is theirs, so nothing is accepted and nobody is blamed."""


@dataclass(frozen=True)
class TrustedIssuer:
    """One line of a trust list: the exact issuer, the algorithms it may sign with, and where its keys are.

    ``jwks_uri`` empty means: as the issuer's own metadata says.
    """

    issuer: str
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    jwks_uri: str = ""


@dataclass
class _CachedKeys:
    keys: jose.KeySet
    fetched_at: float


@dataclass
class _IssuerState:
    """All that is remembered of one issuer; its lock makes a fetch single-flight."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    metadata: dict[Kind, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    metadata_failed_at: float = float("-inf")
    keys: _CachedKeys | None = None
    asked_at: float = float("-inf")
    failed_at: float = float("-inf")


class IssuerDirectory:
    """Metadata and keys of configured issuers. One per process; every cache is keyed by the exact issuer."""

    def __init__(self, http: OutgoingHttp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._states: dict[str, _IssuerState] = {}
        self._states_lock = threading.Lock()

    def fetch_metadata(self, issuer: str, *, kind: Kind = "oauth") -> Mapping[str, Any]:
        """The issuer's metadata: RFC 8414 (``oauth``) or OpenID Connect Discovery (``openid``) first."""
        state, asked_at = self._state_of(issuer), self._clock()
        with state.lock:
            if state.metadata_failed_at > asked_at:  # while we waited in line; one in vain is enough
                raise IssuerUnreachable(f"{issuer} did not give its metadata a moment ago.")
            return self._load_metadata(issuer, kind, state)

    def verify(self, token: str, trusted: TrustedIssuer) -> jose.Verified:
        """Verify a JWT's signature with the keys of ``trusted``, which the caller chose from its configuration.

        An unknown ``kid`` leads to one refetch (the issuer may have rotated), at most every ``REFETCH_COOLDOWN``.
        Errors: ``jose.JoseError`` when the token is at fault, ``KeysUnavailable`` when the issuer is.
        """
        jose.check_algorithm(jose.peek(token).unverified_header, trusted.algorithms)
        keys = self._load_keys(trusted, fresher_than=None)
        try:
            return jose.verify(token, keys=keys.keys, algorithms=trusted.algorithms)
        except jose.UnknownKey:
            keys = self._load_keys(trusted, fresher_than=keys.fetched_at)
            return jose.verify(token, keys=keys.keys, algorithms=trusted.algorithms)

    def _state_of(self, issuer: str) -> _IssuerState:
        with self._states_lock:
            return self._states.setdefault(issuer, _IssuerState())

    def _load_metadata(self, issuer: str, kind: Kind, state: _IssuerState) -> dict[str, Any]:
        cached = state.metadata.get(kind)
        if cached and self._clock() - cached[0] < METADATA_FRESH_FOR:
            return cached[1]
        try:
            document = _fetch_metadata(self._http, issuer, kind)
        except IssuerUnreachable:
            state.metadata_failed_at = self._clock()
            raise
        state.metadata[kind] = (self._clock(), document)
        return document

    def _load_keys(self, trusted: TrustedIssuer, *, fresher_than: float | None) -> _CachedKeys:
        """The cached set, or a new one when it is old or is the one that (``fresher_than``) lacked a key."""
        state = self._state_of(trusted.issuer)
        with state.lock:
            usable = self._find_usable(state)
            if usable and not self._should_refetch(usable, state, fresher_than):
                return usable
            if not usable and self._clock() - state.failed_at < FAILURE_COOLDOWN:
                raise KeysUnavailable(f"{trusted.issuer} did not give its keys a moment ago")
            state.asked_at = self._clock()
            try:
                state.keys = _CachedKeys(self._fetch_keys(trusted, state), self._clock())
            except (MetadataError, HttpFailure, jose.JoseError) as error:
                state.failed_at = self._clock()  # not when it was asked: to wait in vain takes its time
                if usable := self._find_usable(state):
                    return usable
                raise KeysUnavailable(f"Expected the keys of {trusted.issuer}: {error}") from error
            return state.keys

    def _find_usable(self, state: _IssuerState) -> _CachedKeys | None:
        """The last good set, unless it is older than any outage may make it."""
        is_usable = state.keys and self._clock() - state.keys.fetched_at < KEYS_USABLE_FOR
        return state.keys if is_usable else None

    def _should_refetch(self, cached: _CachedKeys, state: _IssuerState, fresher_than: float | None) -> bool:
        is_old = self._clock() - cached.fetched_at >= KEYS_FRESH_FOR
        lacked_a_key = fresher_than is not None and cached.fetched_at <= fresher_than
        return (is_old or lacked_a_key) and self._clock() - state.asked_at >= REFETCH_COOLDOWN

    def _fetch_keys(self, trusted: TrustedIssuer, state: _IssuerState) -> jose.KeySet:
        url = trusted.jwks_uri
        if not url:
            url = self._load_metadata(trusted.issuer, "oauth", state).get("jwks_uri", "")
        if not isinstance(url, str) or not url:
            raise MetadataError(f"Expected the metadata of {trusted.issuer} to have a 'jwks_uri', found none.")
        return jose.KeySet.from_jwks(fetch_json(self._http, url).json())


def well_known_urls(issuer: str, kind: Kind) -> tuple[str, ...]:
    """Where an issuer's metadata may be: RFC 8414 §3 inserts, OpenID Connect Discovery §4 appends."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    inserted = f"/.well-known/{protocol.WELL_KNOWN_OAUTH}{path}"
    appended = f"{path}/.well-known/{protocol.WELL_KNOWN_OIDC}"
    order = (inserted, appended) if kind == "oauth" else (appended, inserted)
    return tuple(urlunsplit((parts.scheme, parts.netloc, where, "", "")) for where in order)


def _fetch_metadata(http: OutgoingHttp, issuer: str, kind: Kind) -> dict[str, Any]:
    failures = []
    for url in well_known_urls(issuer, kind):
        try:
            document = fetch_json(http, url).json()
        except (HttpFailure, MetadataError) as error:
            failures.append(str(error))
            continue
        if document.get("issuer") != issuer:
            raise IssuerMismatch(url, expected=issuer, found=document.get("issuer"))
        return document
    raise IssuerUnreachable(f"No metadata of {issuer} could be fetched: {'; '.join(failures)}")


def fetch_json(http: OutgoingHttp, url: str, *, within: float | None = None) -> HttpAnswer:
    """An answer of status 200 that says it is JSON; a redirect or an error page is none."""
    answer = http.get(url, headers={"Accept": "application/json"}, within=within)
    if answer.status != 200:
        raise MetadataError(f"{url}: expected status 200, found {answer.status}")
    media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):  # RFC 8414 §3.2; RFC 7517 §8.5
        raise MetadataError(f"{url}: expected JSON, found the media type {media_type!r:.60}")
    return answer
