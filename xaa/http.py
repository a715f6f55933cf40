"""Outgoing HTTP with a short leash: every call that ``xaa`` makes goes through here.

The URLs come from configuration and from documents that others publish, so each call is treated as if the far
side were hostile: no redirect is followed (it could lead into our network), only public addresses are
reached (``xaa.egress``), and both the time and the size of an answer are bounded. Its JSON is read as all readers
read it: of two equal member names another might keep the other one (RFC 8259 §4).

Deliberately does not: retry (a token request repeated blindly burns a single-use grant, ID-JAG §4.4.3), read
proxies or credentials from the environment, or keep cookies.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from xaa.compact import load_json
from xaa.egress import GuardedAdapter, PrivateAddressError, bound_next_read
from xaa.errors import XaaError


class HttpFailure(XaaError):
    """No usable answer came. ``reason`` says what was expected and what happened; neither holds a secret."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


@dataclass(frozen=True)
class HttpAnswer:
    """One complete answer. ``headers`` compares names without case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; anything else is an ``HttpFailure``."""
        try:
            value = load_json(self.body)
        except (ValueError, RecursionError) as error:
            found = f"no JSON, or such as two readers may read in two ways (status {self.status}: {error!s:.80})"
            raise HttpFailure(self.url, f"expected a JSON object, found {found}") from error
        if not isinstance(value, dict):
            raise HttpFailure(self.url, f"expected a JSON object, found a JSON {type(value).__name__}")
        return value


class OutgoingHttp:
    """The one way out. Safe to share between threads: it keeps no state but its connection pool.

    ``allow_private`` admits plain http and loopback or private addresses. DEMO ONLY: the demo's parties live on
    one machine; a product leaves it off and uses https. ``timeout`` is seconds for a whole call, from connecting
    to the last byte, but for looking the name up, which is the resolver's to bound; ``max_bytes`` bounds the body.
    ``purpose`` tells the far side's log who calls, and what for. Failures of every kind are ``HttpFailure``; an
    HTTP error status is an answer, not a failure.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout: float = 5.0,
        max_bytes: int = 256 * 1024,
        purpose: str = "",
    ) -> None:
        self.allow_private = allow_private
        self.timeout = timeout
        self.max_bytes = max_bytes
        self._session = requests.Session()
        self._session.trust_env = False
        user_agent = f"xaa/0.1 ({purpose})" if purpose else "xaa/0.1"
        self._session.headers.update({"User-Agent": user_agent, "Accept-Encoding": "identity"})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = BoundedAdapter(allow_private=allow_private, max_bytes=max_bytes)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, within: float | None = None
    ) -> HttpAnswer:
        """``within`` is what is left of the seconds that several calls have together; else it is ``timeout``."""
        return self.request("GET", url, headers=headers, within=within)

    def post_form(
        self,
        url: str,
        data: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
    ) -> HttpAnswer:
        return self.request("POST", url, data=data, headers=headers, auth=auth)

    def request(
        self,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | None = None,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
        within: float | None = None,
    ) -> HttpAnswer:
        self._check_url(url)
        seconds = self.timeout if within is None else min(within, self.timeout)
        if seconds <= 0:
            raise HttpFailure(url, "no answer: there is no time left to ask")
        try:
            with self._session.request(
                method,
                url,
                data=data,
                json=json,
                headers=dict(headers or {}),
                auth=auth or _no_auth,
                timeout=Timeout(total=seconds),  # type: ignore[arg-type]  # requests hands it on as it is
                allow_redirects=False,
                stream=True,
            ) as response:
                return HttpAnswer(url, response.status_code, response.headers, response.content)
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            # The exception's own text can quote headers; its class and cause are enough to act on.
            raise HttpFailure(url, f"no answer: {_explain(error)}") from error

    def _check_url(self, url: str) -> None:
        schemes = ("https", "http") if self.allow_private else ("https",)
        expected = f"expected an absolute {' or '.join(schemes)} URL without credentials"
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise HttpFailure(url, expected) from error
        if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
            raise HttpFailure(url, expected)


class BoundedAdapter(GuardedAdapter):
    """Reads the answer whole before it hands it on, so that whoever watches requests sees all of an exchange."""

    def __init__(self, *, allow_private: bool, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        super().__init__(allow_private=allow_private)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        ends_at = time.monotonic() + kwargs["timeout"].total
        response = super().send(request, *args, **kwargs)
        try:
            response._content = self._read_body(response, ends_at)
        except BaseException:
            response.close()
            raise
        response._content_consumed = True  # type: ignore[attr-defined]  # else it would be read once more
        return response

    def _read_body(self, response: requests.Response, ends_at: float) -> bytes:
        """Piece by piece, so that both bounds hold meanwhile. Compression, which hides size, is refused."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise HttpFailure(str(response.url), "expected a body without Content-Encoding")
        body = bytearray()
        while True:
            if (left := ends_at - time.monotonic()) <= 0:
                raise HttpFailure(str(response.url), "expected a whole answer in time, found a part")
            bound_next_read(response.raw, left)
            if not (piece := response.raw.read1(8192, decode_content=False)):
                return bytes(body)
            body += piece
            if len(body) > self._max_bytes:
                raise HttpFailure(str(response.url), f"expected at most {self._max_bytes} bytes, found more")


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stops requests from looking for credentials in the URL or a netrc file."""
    return request


def _explain(error: Exception) -> str:
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return str(cause) if isinstance(cause, PrivateAddressError) else type(cause).__name__
