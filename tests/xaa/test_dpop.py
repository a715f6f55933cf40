"""DPoP proofs: each rule of RFC 9449 §4.3 refuses one that is wrong in that alone; the unaltered one passes."""

import base64
import hashlib
import json
import time
from typing import Any

import pytest

from tests.builders import REMOVED
from xaa import dpop, jose, protocol
from xaa.dpop import DpopError, Proof, build_proof, check_proof

KEY = jose.generate_signing_key("ES256")
RSA_KEY = jose.generate_signing_key("RS256")
URL = "https://todo.example/oauth/token"
NOW = 1_800_000_000.0
TOKEN = "an-access-token"


def forge(*, key: jose.SigningKey = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A good proof but for what is overridden; ``REMOVED`` takes a member away."""
    good = {"jti": "proof-1", "htm": "POST", "htu": URL, "iat": int(NOW)}
    own = {"typ": protocol.TYP_DPOP_PROOF, "jwk": jose.public_jwk(key), "alg": key.alg}
    payload = json.dumps({name: value for name, value in (good | claims).items() if value is not REMOVED})
    headers = {name: value for name, value in (own | (header or {})).items() if value is not REMOVED}
    return jose._JWS.encode(payload.encode(), key.private_key, algorithm=key.alg, headers=headers)


def check(*headers: str, **override: Any) -> Proof:
    return check_proof(headers, **({"method": "POST", "url": URL, "now": NOW} | override))


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_what_is_built_passes_and_names_its_key(alg: str) -> None:
    key = jose.generate_signing_key(alg)
    now = time.time()
    proof = check(build_proof(key, method="POST", url=f"{URL}?a=b#c", now=now), now=now)
    assert (proof.jkt, proof.htu, proof.iat) == (jose.thumbprint(key), URL, int(now))
    assert len(proof.jti) * 6 >= 128


def test_a_built_proof_holds_the_public_key_and_only_what_it_needs() -> None:
    peeked = jose.peek(build_proof(KEY, method="GET", url=URL, now=NOW, access_token=TOKEN, nonce="n"))
    assert peeked.unverified_header.keys() == {"typ", "alg", "jwk"}
    assert peeked.unverified_header["jwk"].keys() == {"kty", "crv", "x", "y"}
    assert peeked.unverified_claims.keys() == {"jti", "htm", "htu", "iat", "ath", "nonce"}
    bare = jose.peek(build_proof(KEY, method="GET", url=URL, now=NOW))
    assert bare.unverified_claims.keys() == {"jti", "htm", "htu", "iat"}


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    canonical = json.dumps(
        {name: jose.public_jwk(KEY)[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":")
    )
    digest = base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()
    assert check(forge()).jkt == digest == KEY.kid


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize("count", [0, 2, 3])
def test_it_refuses_anything_but_one_header(count: int) -> None:
    assert check(forge())
    with pytest.raises(DpopError, match="Expected one DPoP header"):
        check(*[forge(jti=f"proof-{number}") for number in range(count)])


@pytest.mark.spec("PP-15")
def test_headers_that_the_web_server_joined_come_apart_again() -> None:
    assert dpop.read_headers(None) == ()
    assert dpop.read_headers("") == ("",)
    assert dpop.read_headers("a.b.c") == ("a.b.c",)
    assert dpop.read_headers("a.b.c, d.e.f") == ("a.b.c", "d.e.f")
    assert dpop.read_headers("a.b.c,") == ("a.b.c", "")


PRIVATE_JWK = jose.public_jwk(KEY) | {"d": "AAAA"}
SYMMETRIC = {"kty": "oct", "k": "AAAA"}


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "at+jwt"},
        {"typ": "DPOP+JWT"},
        {"typ": REMOVED},
        {"jwk": REMOVED},
        {"jwk": "x"},
        {"jwk": {}},
        {"jwk": PRIVATE_JWK},
        {"jwk": SYMMETRIC},
        {"jwk": jose.public_jwk(RSA_KEY)},
        {"jwk": jose.public_jwk(jose.generate_signing_key("ES256"))},
        {"jwk": jose.public_jwk(KEY) | {"use": "enc"}},
        {"jwk": jose.public_jwk(KEY) | {"crv": "P-384"}},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_it_refuses_a_header_that_is_no_proofs(header: dict[str, Any]) -> None:
    assert check(forge())
    with pytest.raises(DpopError):
        check(forge(header=header))


@pytest.mark.spec("PP-15", "SEC-02")
@pytest.mark.parametrize("alg", ["none", "HS256", "ES384", "", None])
def test_it_refuses_an_algorithm_that_is_not_on_the_list(alg: object) -> None:
    first, payload, signature = forge().split(".")
    header = json.loads(base64.urlsafe_b64decode(first + "==")) | {"alg": alg}
    altered = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(DpopError, match="Expected alg to be one of"):
        check(f"{altered}.{payload}.{signature}")


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize("proof", ["", "x", "a.b", "a.b.c", "é.b.c", "a" * 20_000])
def test_it_refuses_what_is_no_jwt(proof: str) -> None:
    with pytest.raises(DpopError) as refused:
        check(proof)
    assert len(refused.value.reason) < 300


@pytest.mark.spec("PP-15")
def test_it_refuses_a_signature_that_is_not_the_keys() -> None:
    head, payload, _ = forge().split(".")
    with pytest.raises(DpopError, match="does not verify"):
        check(".".join((head, payload, forge(jti="other").split(".")[2])))


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("htm", value) for value in ("GET", "post", "", None, 7, REMOVED)],
        *[("htu", value) for value in ("", None, 7, REMOVED, "x", "https://[", "ftp://todo.example/oauth/token")],
        *[("iat", value) for value in (None, REMOVED, "x", True, NOW, 0, -1, NOW - 61, 10**30, 10**400)],
        *[("jti", value) for value in ("", None, 7, REMOVED, "x" * 256)],
    ],
    ids=lambda value: "removed" if value is REMOVED else str(value)[:40],
)
def test_it_refuses_a_claim_that_is_missing_or_wrong(name: str, value: object) -> None:
    assert check(forge(jti="x" * 255))
    with pytest.raises(DpopError, match=name):
        check(forge(**{name: value}))


@pytest.mark.spec("PP-15")
@pytest.mark.parametrize("drift", [-60, 0, 60])
def test_clocks_may_differ_by_the_window_and_not_more(drift: int) -> None:
    assert check(forge(iat=int(NOW) + drift))
    with pytest.raises(DpopError, match="iat"):
        check(forge(iat=int(NOW) + (drift or 1) * 2 + (59 if not drift else 0)))
    with pytest.raises(DpopError, match="iat"):
        check(forge(iat=int(NOW) + 11), window=10)


@pytest.mark.spec("PP-16")
@pytest.mark.parametrize(
    "same",
    [
        f"{URL}?scope=all", f"{URL}#x", "HTTPS://TODO.example/oauth/token", "https://todo.example:443/oauth/token",
        "https://todo.example/oauth/%74oken",
    ],
)  # fmt: skip
def test_the_same_address_may_be_spelt_in_other_ways(same: str) -> None:
    assert check(forge(htu=same)).htu == URL
    assert check(forge(), url=same).htu == URL


@pytest.mark.spec("PP-16")
@pytest.mark.parametrize(
    "other",
    [
        "http://todo.example/oauth/token", "https://todo.example:8443/oauth/token", f"{URL}/", f"{URL}/x",
        "https://todo.example/OAuth/token", "https://todo.example", "https://evil.example/oauth/token",
        "https://todo.example@evil.example/oauth/token", "https://me@todo.example/oauth/token",
        "https://todo.example/oauth%2Ftoken", "https://todo.example:x/oauth/token", "//todo.example/oauth/token",
        "https://internal:8000/oauth/token",
    ],
)  # fmt: skip
def test_it_refuses_another_address(other: str) -> None:
    with pytest.raises(DpopError, match="htu"):
        check(forge(htu=other))


def test_an_empty_path_is_the_root() -> None:
    assert dpop.normalise("https://todo.example") == dpop.normalise("https://TODO.example:443/?a#b")
    assert dpop.normalise("http://[::1]:8000") == "http://[::1]:8000/"


@pytest.mark.spec("PP-20")
def test_with_an_access_token_the_proof_is_made_out_to_it() -> None:
    good = build_proof(KEY, method="POST", url=URL, now=NOW, access_token=TOKEN)
    assert check(good, access_token=TOKEN)
    for ath in (REMOVED, "", None, 7, TOKEN, "x" * 43):
        with pytest.raises(DpopError, match="ath"):
            check(forge(ath=ath), access_token=TOKEN)
    with pytest.raises(DpopError, match="ath"):
        check(good, access_token="another-token")


@pytest.mark.spec("PP-17")
def test_a_proof_is_good_once_and_claimed_only_when_all_else_holds() -> None:
    seen: set[str] = set()

    def claim(proof: Proof) -> bool:
        return not (proof.digest in seen or seen.add(proof.digest))

    proof = forge()
    for wrong in ({"method": "GET"}, {"url": f"{URL}/x"}, {"now": NOW + 61}, {"access_token": TOKEN}):
        with pytest.raises(DpopError):
            check(proof, claim=claim, **wrong)
    assert not seen, "a refused proof is not spent"
    assert check(proof, claim=claim)
    with pytest.raises(DpopError, match="jti: expected a proof not seen before"):
        check(proof, claim=claim)
    assert check(forge(jti="proof-2"), claim=claim), "the next one of this key"
    assert check(forge(htu=f"{URL}/x"), url=f"{URL}/x", claim=claim), "this serial number at another address"
    assert check(forge(key=RSA_KEY), claim=claim), "or of another key"


@pytest.mark.parametrize(
    ("cnf", "jkt"),
    [
        ({"jkt": "x"}, "x"),
        ({"jkt": "x", "kid": "y"}, "x"),
        ({"jkt": 7}, ""),
        ({"x5t#S256": "x"}, ""),
        ("x", ""),
        (None, ""),
    ],
)
@pytest.mark.spec("PP-14")
def test_the_key_that_a_token_is_bound_to(cnf: object, jkt: str) -> None:
    assert dpop.read_bound_key({"cnf": cnf}) == jkt
    assert dpop.read_bound_key({}) == ""


@pytest.mark.spec("SEC-05")
def test_no_other_jwt_may_bring_its_own_key() -> None:
    for typ in (protocol.TYP_ID_JAG, protocol.TYP_ACCESS_TOKEN, protocol.TYP_ID_TOKEN):
        with pytest.raises(jose.MalformedToken):
            jose.verify_proof(forge(header={"typ": typ}), algorithms=dpop.ALGORITHMS)


@pytest.mark.spec("SEC-30")
def test_an_error_holds_no_proof() -> None:
    proof = forge(htu="https://other.example")
    with pytest.raises(DpopError) as refused:
        check(proof)
    assert not any(part in str(refused.value) for part in proof.split("."))
