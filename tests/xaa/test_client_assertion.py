"""``private_key_jwt`` by itself: what is built verifies, and each check refuses its own fault (RFC 7523 §3)."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests import client_assertions
from tests.client_assertions import CLIENT_KEY, GARBLED, KEYS, WRONG, build_assertion
from xaa import client_assertion, jose
from xaa.client_assertion import (
    CHECKS,
    ClientAssertionRejected,
    build_client_assertion,
    peek_client_id,
    read_client_keys,
    verify_client_assertion,
)

CLIENT_ID = "report0-at-todo0"
ISSUER = "https://todo.example"
REFUSED_BY = {
    "C1": ("HS256 with the public key", "alg none", "typ of an ID-JAG", "typ of an access token"),
    "C2": ("other client's key", "other client's key under our kid"),
    "C3": ("iss is somebody else", "sub is somebody else", "no iss", "no sub", "sub is no string"),
    "C4": (
        "no aud", "aud is the token endpoint", "aud is the issuer with a slash", "aud has a second value",
        "aud is another server",
    ),
    "C5": ("no exp", "exp is text", "expired", "exp too far ahead", "from the future", "not yet valid"),
    "C6": ("no jti", "empty jti", "jti is no string", "jti without end"),
}  # fmt: skip


def verify(assertion: str, **override: Any) -> None:
    seen: set[str] = set()
    rules: dict[str, Any] = {
        "client_id": CLIENT_ID,
        "issuer": ISSUER,
        "keys": read_client_keys(KEYS),
        "now": time.time(),
        "leeway": 60,
        "claim": claim_once(seen),
    }
    verify_client_assertion(assertion, **(rules | override))


def claim_once(seen: set[str]) -> Callable[[str, float], bool]:
    def claim(jti: str, keep_until: float) -> bool:
        first = jti not in seen
        seen.add(jti)
        return first

    return claim


def altered(**override: Any) -> str:
    return build_assertion(client_id=CLIENT_ID, audience=ISSUER, **override)


@pytest.mark.spec("SEC-19", "SEC-20")
def test_what_is_built_is_typed_about_the_client_and_for_one_server() -> None:
    assertion = build_client_assertion(CLIENT_KEY, client_id=CLIENT_ID, audience=ISSUER, now=time.time())
    peeked = jose.peek(assertion)
    assert peeked.unverified_header["typ"] == "client-authentication+jwt"
    claims = dict(peeked.unverified_claims)
    assert claims["exp"] - claims["iat"] == 60
    assert (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT_ID, CLIENT_ID, ISSUER)
    assert len(claims["jti"]) >= 22
    assert peek_client_id(assertion) == CLIENT_ID
    verify(assertion)


@pytest.mark.spec("SEC-21")
def test_each_one_built_is_for_one_request() -> None:
    seen = claim_once(set())
    first, second = (
        build_client_assertion(CLIENT_KEY, client_id=CLIENT_ID, audience=ISSUER, now=time.time()) for _ in range(2)
    )
    verify(first, claim=seen)
    verify(second, claim=seen)
    with pytest.raises(ClientAssertionRejected, match="already used"):
        verify(first, claim=seen)


@pytest.mark.spec("SEC-19", "SEC-20", "SEC-21", "SEC-02")
@pytest.mark.parametrize(
    ("number", "fault"), [(number, one) for number, them in REFUSED_BY.items() for one in them]
)
def test_each_fault_is_refused_by_its_own_check(number: str, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    verify(altered())
    assertion = altered(**WRONG[fault])
    with caplog.at_level("DEBUG", logger="xaa.client_assertion"), pytest.raises(ClientAssertionRejected):
        verify(assertion)
    failed = [record.verdict.number for record in caplog.records if record.verdict.outcome == "failed"]
    assert failed == [number]
    assert assertion not in caplog.text


def test_the_list_of_faults_is_told_once_and_whole() -> None:
    assert sorted(one for them in REFUSED_BY.values() for one in them) == sorted(WRONG)
    assert [check.number for check in CHECKS] == list(REFUSED_BY)


@pytest.mark.parametrize("garbled", GARBLED)
def test_garbage_is_refused_before_and_after_the_client_is_found(garbled: str) -> None:
    with pytest.raises(ClientAssertionRejected):
        peek_client_id(garbled)
    with pytest.raises(ClientAssertionRejected):
        verify(garbled)


@pytest.mark.parametrize("sub", ["", 7, None, [], "a\x00b", client_assertions.REMOVED])
def test_no_client_is_looked_up_by_what_is_no_client_id(sub: object) -> None:
    with pytest.raises(ClientAssertionRejected, match="sub: expected a client id"):
        peek_client_id(altered(sub=sub))


@pytest.mark.spec("SEC-20")
@pytest.mark.parametrize("typ", [None, "JWT"])
def test_an_untyped_one_is_not_refused(typ: str | None) -> None:
    """PyJWT leaves a ``typ`` of None out of the header."""
    verify(altered(typ=typ))


def test_an_array_of_one_audience_is_that_audience() -> None:
    verify(altered(aud=[ISSUER]))


@pytest.mark.spec("SEC-21")
def test_what_is_refused_burns_nothing() -> None:
    seen: set[str] = set()
    for fault, override in WRONG.items():
        with pytest.raises(ClientAssertionRejected):
            verify(altered(**override), claim=claim_once(seen))
        assert not seen, fault


@pytest.mark.spec("SEC-21")
def test_a_jti_is_kept_until_leeway_lets_the_assertion_go() -> None:
    kept: list[float] = []
    verify(altered(lifetime=60, jti="one"), claim=lambda jti, keep_until: not kept.append(keep_until))
    assert kept[0] - time.time() == pytest.approx(120, abs=2)


@pytest.mark.parametrize("name", ["ES256", "RS256", "PS256"])
def test_every_algorithm_that_is_offered_works(name: str) -> None:
    key = jose.generate_signing_key(name)
    verify(altered(key=key), keys=read_client_keys({"keys": [jose.public_jwk(key)]}))
    assert name in client_assertion.ALGORITHMS


PUBLIC = KEYS["keys"][0]


@pytest.mark.spec("SEC-03")
@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "keys",
        {},
        {"keys": {}},
        {"keys": []},
        {"keys": ["x"]},
        {"keys": [PUBLIC | {"d": "AQAB"}]},
        {"keys": [{"kty": "oct", "k": "AQAB"}]},
        {"keys": [PUBLIC | {"use": "enc"}]},
        {"keys": [PUBLIC | {"crv": "P-384"}]},
        {"keys": [PUBLIC, {"kty": "OKP", "crv": "Ed25519", "x": "AQAB"}]},
        {"keys": [PUBLIC, PUBLIC]},
    ],
)
def test_only_usable_public_keys_are_registered(document: object) -> None:
    with pytest.raises(jose.JoseError):
        read_client_keys(document)
    assert len(read_client_keys(KEYS).keys) == 1
