"""A client id that is a URL: what the client says of itself there (draft-ietf-oauth-client-id-metadata-document).

In the flow an authorization server whose admin has put such a URL on its list fetches the document instead of
keeping a registration: the client's keys, its grants and its redirect URIs. Nothing is copied by hand, and a
client that changes its key changes it in one place.

Only listed URLs are ever asked for, so a stranger's client id starts no request. The document is held to more than
the draft wants: a client with a key (``private_key_jwt``) and no other, since nobody else may redeem an ID-JAG
(ID-JAG §9.1). One that has run out and cannot be had again counts no more: it may be gone because its key is.

A bare § below is a section of draft-ietf-oauth-client-id-metadata-document.

Deliberately does not: decide who is listed, fetch ``logo_uri`` or any other address but ``jwks_uri``, remember
failures as answers (§4.4), or keep its cache between processes (each worker asks once).
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from xaa import jose, protocol
from xaa.client_assertion import read_client_keys
from xaa.errors import XaaError
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.metadata import MetadataError, fetch_json

MAX_BYTES: Final = 5 * 1024
"""Of a document, and of the key set that it names (§6.6)."""
MAX_URL_LENGTH: Final = 255
MIN_FRESH: Final = 60.0
"""Seconds for which a document counts even if it says ``no-store``, so that nobody can drive our traffic."""
MAX_FRESH: Final = 600.0
"""Seconds for which it counts at most, and when it does not say: a withdrawn key stops counting within this."""
FAILURE_COOLDOWN: Final = 2.0
"""Seconds for which a document that just could not be had is not asked for again."""
AUTHENTICATION: Final = "private_key_jwt"
SECRET_MEMBERS: Final = ("client_secret", "client_secret_expires_at")
NEVER_IN_A_URL: Final = re.compile(r"[^!-~]|[\"<>\\^`{|}]")


class ClientMetadataError(XaaError):
    """The document cannot be had or used, so its client is unknown. The message is for the log."""


@dataclass(frozen=True)
class ClientMetadata:
    """What a document that passed says. ``redirect_uris`` are compared as they are (§4.5)."""

    client_id: str
    keys: jose.KeySet
    grant_types: frozenset[str]
    redirect_uris: tuple[str, ...] = ()


@dataclass
class _State:
    """All that is remembered of one URL; its lock makes a fetch single-flight."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    metadata: ClientMetadata | None = None
    fresh_until: float = float("-inf")
    failed_at: float = float("-inf")


class ClientDirectory:
    """The documents of listed clients. One per process; every cache is keyed by the exact URL."""

    def __init__(self, http: OutgoingHttp, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._states: dict[str, _State] = {}
        self._states_lock = threading.Lock()

    def load(self, client_id: str) -> ClientMetadata:
        """The document of a client that the caller has found on its list. Raises ``ClientMetadataError``."""
        check_client_url(client_id, allow_http=self._http.allow_private)
        with self._states_lock:
            state = self._states.setdefault(client_id, _State())
        with state.lock:
            if state.metadata and self._clock() < state.fresh_until:
                return state.metadata
            if self._clock() - state.failed_at < FAILURE_COOLDOWN:
                raise ClientMetadataError(f"{client_id} could not be had a moment ago.")
            try:
                state.metadata, fresh_for = self._fetch(client_id)
            except ClientMetadataError:
                state.metadata, state.failed_at = None, self._clock()
                raise
            state.fresh_until = self._clock() + fresh_for
            return state.metadata

    def _fetch(self, client_id: str) -> tuple[ClientMetadata, float]:
        """The document, and for how many seconds it counts: the shorter of its own and its key set's freshness.

        Both together may take as long as one call: whoever named this client waits, and so does a thread of ours.
        """
        ends_at = time.monotonic() + self._http.timeout
        try:
            answer = fetch_json(self._http, client_id)
            document = answer.json()
            jwks, answers = document.get("jwks"), [answer]
            check_client_document(document, client_id, allow_http=self._http.allow_private)
            if "jwks_uri" in document:
                left = ends_at - time.monotonic()
                answers.append(fetch_json(self._http, document["jwks_uri"], within=left))
                jwks = answers[1].json()
            keys = read_client_keys(jwks)
        except (HttpFailure, MetadataError, jose.JoseError) as error:
            raise ClientMetadataError(f"{client_id}: {error}") from error
        metadata = ClientMetadata(
            client_id,
            keys,
            grant_types=frozenset(document.get("grant_types", (protocol.GRANT_AUTHORIZATION_CODE,))),
            redirect_uris=tuple(document.get("redirect_uris", ())),
        )
        return metadata, min(map(fresh_for, answers))


def check_client_url(url: str, *, allow_http: bool = False) -> None:
    """§3: https, a host and a path, no dot segments, user info or fragment. A query is unwise, but allowed.

    ``allow_http`` is for the demo on one machine (``OutgoingHttp.allow_private``).
    """
    path = check_web_address("client_id", url, allow_http=allow_http).path
    if not path or {".", ".."} & set(unquote(path).split("/")):
        raise ClientMetadataError(f"client_id {url!r:.80}: expected a URL with a path and no dot segments")
    if len(url) > MAX_URL_LENGTH:
        raise ClientMetadataError(f"client_id {url!r:.80}: expected at most {MAX_URL_LENGTH} characters")


def check_client_document(document: Mapping[str, Any], client_id: str, *, allow_http: bool = False) -> None:
    """It is about this very URL, its client signs with keys that it publishes, and it keeps its promises."""
    if document.get("client_id") != client_id:  # §4.1: or anybody's document could speak for anybody
        _refuse(document, "client_id", f"{client_id!r}, as the URL is spelled")
    for member in SECRET_MEMBERS:
        if member in document:
            _refuse(document, member, "none: a published secret is none (§4.1)", tell=False)
    if document.get("token_endpoint_auth_method") != AUTHENTICATION:  # §4.1, and no public client (ID-JAG §9.1)
        _refuse(document, "token_endpoint_auth_method", AUTHENTICATION)
    _check_keys(document, allow_http=allow_http)
    _check_grants(document)
    for redirect_uri in _read_names(document, "redirect_uris"):
        check_web_address("redirect_uris", redirect_uri, allow_http=allow_http)


def fresh_for(answer: HttpAnswer) -> float:
    """``Cache-Control`` in seconds, within our own bounds (§4.4; RFC 9111 §5.2.2)."""
    control = answer.headers.get("Cache-Control", "").lower()
    if re.search(r"\bno-(store|cache)\b", control):
        return MIN_FRESH
    max_age = re.search(r"\bmax-age=\"?(\d{1,9})", control)
    return max(MIN_FRESH, min(float(max_age[1]), MAX_FRESH)) if max_age else MAX_FRESH


def _check_keys(document: Mapping[str, Any], *, allow_http: bool) -> None:
    """Here or at one address of the web, not both (RFC 7591 §2): two readers could use two sets."""
    if ("jwks" in document) == ("jwks_uri" in document):
        raise ClientMetadataError("Expected one of jwks and jwks_uri, found both or neither")
    if "jwks_uri" in document:
        check_web_address("jwks_uri", document["jwks_uri"], allow_http=allow_http)


def _check_grants(document: Mapping[str, Any]) -> None:
    """Whoever names the ID-JAG profile names both of its grants (ID-JAG §8)."""
    grants, profiles = _read_names(document, "grant_types"), _read_names(document, protocol.META_CLIENT_PROFILES)
    needed = {protocol.GRANT_TOKEN_EXCHANGE, protocol.GRANT_JWT_BEARER}
    if protocol.GRANT_PROFILE_ID_JAG in profiles and not needed <= set(grants):
        _refuse(document, "grant_types", "both grants of the ID-JAG profile")


def _read_names(document: Mapping[str, Any], member: str) -> list[str]:
    names = document.get(member, [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        _refuse(document, member, "an array of strings")
    return list(names)


def check_web_address(name: str, url: object, *, allow_http: bool) -> SplitResult:
    """An absolute URL that every reader takes apart in the same way (RFC 3986 §2); https outside the demo."""
    schemes = ("https", "http") if allow_http else ("https",)
    try:
        if isinstance(url, str) and not NEVER_IN_A_URL.search(url) and "#" not in url:
            parts = urlsplit(url)
            if parts.scheme in schemes and parts.hostname and "@" not in parts.netloc and parts.port != 0:
                return parts
    except ValueError:
        pass  # not to be taken apart at all, or a port out of range
    expected = f"an absolute {' or '.join(schemes)} URL without user info or fragment"
    raise ClientMetadataError(f"{name}: expected {expected}, found {url!r:.80}")


def _refuse(document: Mapping[str, Any], member: str, expected: str, *, tell: bool = True) -> None:
    found = f"{document.get(member)!r:.80}" if tell else "one"
    raise ClientMetadataError(f"{member}: expected {expected}, found {found}")
