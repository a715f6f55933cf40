"""Act for one signed-in user at one resource app: get a token when needed, call the API, renew once.

This is the whole client, in order: is there a token that still lives; else ask the IdP for an ID-JAG, redeem it,
keep the token; call the API; if the API says the token is no longer good, do that once more, and never again.

What is bounded (RFC 6749 says nothing, loops do): a call costs at most two access tokens, and a token at most two
ID-JAGs, the second only when the first was refused as ``invalid_grant`` (the keys may just have rotated). A
denial by the IdP is final: no second try, no other way in, no consent screen. An ID-JAG that was told to wait
(429) was not looked at: with ``unspent`` it is kept for the next attempt, while it is good.

An API that wants a scope more (403 ``insufficient_scope``) gets it once, from within what the app said it may ever
ask for (``widest``): the API names what it wants, and does not decide what is asked of the IdP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeVar

from xaa import protocol
from xaa.authorization_details import Details, dump_details
from xaa.client.cache import TokenCache, TokenKey, UnspentIdJags
from xaa.client.challenge import read_challenge
from xaa.client.endpoints import TokenEndpoint
from xaa.client.errors import Leg, NoAnswer, RateLimited, TokenEndpointError
from xaa.client.nonce import read_demanded_nonce
from xaa.client.redemption import redeem_id_jag
from xaa.client.responses import AccessToken, IssuedIdJag, Names
from xaa.client.token_exchange import SubjectToken, request_id_jag
from xaa.clock import read_clock
from xaa.dpop import build_proof
from xaa.errors import XaaError
from xaa.fingerprint import fingerprint
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.jose import SigningKey

T = TypeVar("T")

MIN_REMAINING_LIFE: Final = 15.0
"""Seconds a cached token must still live to be used: it has to outlast the call it is sent with."""


class Event(NamedTuple):
    """One leg started, passed or failed. ``facts`` holds scopes, fingerprints and reasons, never a token."""

    leg: Leg
    phase: Literal["started", "passed", "failed"]
    facts: Mapping[str, str]


@dataclass
class CrossAppSession:
    """``user`` is the caller's key for the user *and* her sign-in, so that no token outlives or crosses either.

    ``subject`` is called for a fresh subject token at each exchange. ``observe`` hears of every leg.

    With ``proof_key`` the ID-JAG and the access token are bound to that key, and a proof goes with every request
    (RFC 9449): whoever copies a token can do nothing with it. Both servers and the API have to play along; one
    that wants a nonce in the proof gets it at a second try (``nonce``).
    """

    http: OutgoingHttp
    idp: TokenEndpoint
    resource_as: TokenEndpoint
    subject: Callable[[], SubjectToken]
    user: str
    cache: TokenCache
    clock: Callable[[], float] = read_clock
    observe: Callable[[Event], None] = lambda event: None
    proof_key: SigningKey | None = None
    widest: Names = ()
    unspent: UnspentIdJags | None = None

    def request(
        self,
        method: str,
        url: str,
        *,
        resource: str,
        scope: Names,
        details: Details = (),
        json: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Call ``url`` for the user, with a token for ``resource``. An HTTP error status is an answer."""
        token, is_new = self.load_access_token(resource=resource, scope=scope, details=details)
        answer = self._call_api(method, url, token, json, headers)
        if not is_new and _says_invalid_token(answer):
            self.cache.drop(TokenKey(self.user, resource, scope, dump_details(details)))
            token, _ = self.load_access_token(resource=resource, scope=scope, details=details)
            answer = self._call_api(method, url, token, json, headers)
        wider = self._read_wider_scope(answer, scope)
        if not wider:
            return answer
        token, _ = self.load_access_token(resource=resource, scope=wider, details=details)
        return self._call_api(method, url, token, json, headers)

    def _read_wider_scope(self, answer: HttpAnswer, scope: Names) -> Names:
        """What was asked for and what the challenge adds to it (RFC 6750 §3.1); empty when it adds nothing."""
        challenge = read_challenge(answer) if answer.status == 403 else {}
        if challenge.get("error") != protocol.ERROR_INSUFFICIENT_SCOPE:
            return ()
        wanted = tuple(one for one in challenge.get("scope", "").split() if one not in scope)
        return scope + wanted if wanted and set(wanted) <= set(self.widest) else ()

    def load_access_token(self, *, resource: str, scope: Names, details: Details = ()) -> tuple[AccessToken, bool]:
        """A token that lives long enough, and whether it was got just now."""
        key = TokenKey(self.user, resource, scope, dump_details(details))
        try:
            cached = self.cache.load(key)
            if cached.expires_at - self.clock() > MIN_REMAINING_LIFE:
                return cached, False
            self.cache.drop(key)
        except KeyError:
            pass  # the first call, or the first after a sign-out
        token = self._obtain_access_token(key, details)
        self.cache.keep(key, token)
        return token, True

    def _obtain_access_token(self, key: TokenKey, details: Details) -> AccessToken:
        try:
            id_jag = self._take_unspent(key) or self._request_id_jag(key.resource, key.scope, details)
            return self._redeem_or_keep(id_jag, key)
        except TokenEndpointError as refusal:
            if refusal.leg != "redemption" or refusal.error != protocol.ERROR_INVALID_GRANT:
                raise
        return self._redeem_or_keep(self._request_id_jag(key.resource, key.scope, details), key)

    def _take_unspent(self, key: TokenKey) -> IssuedIdJag | None:
        """Of an attempt before this one, if it is for this server and lives long enough to get there."""
        try:
            id_jag = self.unspent.take(key) if self.unspent else None
        except KeyError:
            return None
        if not id_jag or id_jag.audience != self.resource_as.issuer:
            return None
        if id_jag.expires_at - self.clock() <= MIN_REMAINING_LIFE:
            return None
        self.observe(Event("token exchange", "started", {"kept": "yes"}))
        self.observe(Event("token exchange", "passed", _granted(id_jag) | {"kept": "yes"}))
        return id_jag

    def _redeem_or_keep(self, id_jag: IssuedIdJag, key: TokenKey) -> AccessToken:
        try:
            return self._redeem(id_jag)
        except RateLimited:
            if self.unspent:
                self.unspent.keep(key, id_jag)
            raise

    def _request_id_jag(self, resource: str, scope: Names, details: Details) -> IssuedIdJag:
        def ask() -> IssuedIdJag:
            return request_id_jag(
                self.http, self.idp, subject=self.subject(), audience=self.resource_as.issuer,
                resource=resource, scope=scope, details=details, proof_key=self.proof_key, clock=self.clock,
            )  # fmt: skip

        asked = {"scope": " ".join(scope), "audience": self.resource_as.issuer, "resource": resource}
        asked |= _told(details)
        id_jag = self._observed("token exchange", ask, asked)
        self.observe(Event("token exchange", "passed", _granted(id_jag)))
        return id_jag

    def _redeem(self, id_jag: IssuedIdJag) -> AccessToken:
        def redeem() -> AccessToken:
            return redeem_id_jag(
                self.http, self.resource_as, id_jag=id_jag, proof_key=self.proof_key, clock=self.clock
            )

        token = self._observed("redemption", redeem, {"fingerprint": fingerprint(id_jag.assertion)})
        granted = {"scope": " ".join(token.scope), "fingerprint": fingerprint(token.value)}
        granted |= _told(token.details)
        self.observe(Event("redemption", "passed", granted))
        return token

    def _call_api(
        self, method: str, url: str, token: AccessToken, json: object, headers: Mapping[str, str] | None
    ) -> HttpAnswer:
        def call(nonce: str = "") -> HttpAnswer:
            credentials = self._authorize(method, url, token, nonce=nonce)
            try:
                answer = self.http.request(method, url, json=json, headers=dict(headers or {}) | credentials)
            except HttpFailure as failure:
                raise NoAnswer("api call", url, failure.reason) from failure
            demanded = read_demanded_nonce(answer) if self.proof_key and not nonce else ""
            return call(demanded) if demanded else answer

        answer = self._observed("api call", call, {"method": method, "fingerprint": fingerprint(token.value)})
        self.observe(
            Event("api call", "passed" if answer.status < 400 else "failed", {"status": str(answer.status)})
        )
        return answer

    def _authorize(self, method: str, url: str, token: AccessToken, *, nonce: str) -> dict[str, str]:
        """The request's Authorization header; for a key-bound token with a proof of its own (RFC 9449 §7.1)."""
        if self.proof_key is None:
            return {"Authorization": f"{protocol.TOKEN_TYPE_BEARER} {token.value}"}
        proof = build_proof(
            self.proof_key, method=method, url=url, now=self.clock(), access_token=token.value, nonce=nonce
        )
        return {"Authorization": f"{protocol.TOKEN_TYPE_DPOP} {token.value}", protocol.HEADER_DPOP: proof}

    def _observed(self, leg: Leg, act: Callable[[], T], facts: Mapping[str, str]) -> T:
        self.observe(Event(leg, "started", facts))
        try:
            return act()
        except XaaError as error:
            self.observe(Event(leg, "failed", {"reason": str(error)}))
            raise


def _granted(id_jag: IssuedIdJag) -> dict[str, str]:
    return {
        "scope": " ".join(id_jag.scope),
        "fingerprint": fingerprint(id_jag.assertion),
        **_told(id_jag.details),
    }


def _told(details: Details) -> dict[str, str]:
    return {"details": dump_details(details)} if details else {}


def _says_invalid_token(answer: HttpAnswer) -> bool:
    """RFC 6750 §3.1: the token is expired, revoked or malformed, and a new one may help."""
    return answer.status == 401 and protocol.ERROR_INVALID_TOKEN in answer.headers.get("WWW-Authenticate", "")
