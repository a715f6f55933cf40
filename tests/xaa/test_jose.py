"""Keys and signatures: one algorithm a key, public members only, nothing weak (RFC 8725 §3; RFC 7517 §4)."""

import pytest

from tests import builders
from tests.builders import IDP_KEY, OTHER_KEY
from xaa import jose
from xaa.jose import KeySet

CLAIMS = {"iss": "https://idp.example", "name": "Zoë"}


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256"])
def test_what_is_signed_verifies_and_survives_a_pem(alg: str) -> None:
    key = jose.generate_signing_key(alg)
    key = jose.load_signing_key(jose.dump_private_pem(key), alg=alg, kid=key.kid)
    verified = jose.verify(
        jose.sign(CLAIMS, key=key, typ="x"), keys=KeySet.from_jwks(builders.jwks(key)), algorithms=(alg,)
    )
    assert verified.claims == CLAIMS
    assert verified.header == {"alg": alg, "kid": key.kid, "typ": "x"}


def test_a_pem_of_another_kind_is_refused() -> None:
    with pytest.raises(jose.JoseError, match="Expected a private key for RS256"):
        jose.load_signing_key(jose.dump_private_pem(IDP_KEY), alg="RS256", kid="x")


@pytest.mark.spec("MD-18")
@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_a_published_key_has_no_private_member(alg: str) -> None:
    jwk = jose.public_jwk(jose.generate_signing_key(alg))
    assert {"kid", "use", "alg", "kty"} <= jwk.keys()
    assert not {"d", "p", "q", "dp", "dq", "qi"} & jwk.keys()


@pytest.mark.spec("SEC-03")
def test_a_key_serves_one_algorithm() -> None:
    key = jose.generate_signing_key("RS256")
    keys = KeySet.from_jwks(builders.jwks(key))
    as_pss = jose.SigningKey(kid=key.kid, alg="PS256", private_key=key.private_key)
    token = jose.sign(CLAIMS, key=as_pss, typ="x")
    with pytest.raises(jose.UnknownKey):
        jose.verify(token, keys=keys, algorithms=("RS256", "PS256"))


@pytest.mark.spec("SEC-03")
def test_weak_or_foreign_keys_are_left_out() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    short = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)  # noqa: S505
    other_curve = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
    encryption = jose.public_jwk(OTHER_KEY) | {"use": "enc"}
    junk = [None, 7, "x", {}, {"kty": "oct", "k": "AAAA"}, {"kty": "EC"}, {"kty": "RSA", "n": 1, "e": []}]
    found = KeySet.from_jwks({"keys": [short, other_curve, encryption, *junk, jose.public_jwk(IDP_KEY)]})
    assert [key.kid for key in found.keys] == [IDP_KEY.kid]


@pytest.mark.spec("SEC-04")
def test_without_a_kid_only_a_single_suitable_key_will_do() -> None:
    header = {"typ": "x"}
    token = jose._JWS.encode(b"{}", IDP_KEY.private_key, algorithm="ES256", headers=header)
    assert jose.verify(token, keys=KeySet.from_jwks(builders.jwks(IDP_KEY)), algorithms=("ES256",)).claims == {}
    with pytest.raises(jose.UnknownKey, match="found 2"):
        jose.verify(token, keys=KeySet.from_jwks(builders.jwks(IDP_KEY, OTHER_KEY)), algorithms=("ES256",))


def test_it_is_three_parts_in_base64url_and_not_a_character_more() -> None:
    """RFC 7515 §2: what others would not read as a JWT is none here."""
    token = jose.sign({"name": "???"}, key=IDP_KEY, typ="x")
    header, payload, signature = token.split(".")
    assert "_" in payload, "what the other alphabet spells in another way"
    assert jose.peek(token).unverified_claims == {"name": "???"}
    for altered in (
        f"{header}.{payload.replace('_', '/')}.{signature}",
        f"{header}.{payload + '=' * (-len(payload) % 4 or 4)}.{signature}",
        f"{header}\n.{payload}.{signature}",
        f"{header}.{payload}.{signature}!",
        f"{header}.{payload}.{signature} ",
    ):
        with pytest.raises(jose.MalformedToken, match="base64url without padding"):
            jose.peek(altered)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-32-le"])
def test_its_json_is_utf_8(encoding: str) -> None:
    def token_of(payload: bytes) -> str:
        return jose._JWS.encode(payload, IDP_KEY.private_key, algorithm="ES256", headers={"typ": "x"})

    assert jose.peek(token_of('{"name": "Zoë"}'.encode())).unverified_claims == {"name": "Zoë"}
    with pytest.raises(jose.MalformedToken, match="payload"):
        jose.peek(token_of('{"name": "Zoë"}'.encode(encoding)))


@pytest.mark.spec("SEC-05", "SEC-30")
def test_errors_hold_no_token_and_only_a_piece_of_a_key_id() -> None:
    forged = jose.SigningKey(kid="../" * 300, alg="ES256", private_key=OTHER_KEY.private_key)
    token = jose.sign(CLAIMS, key=forged, typ="x")
    with pytest.raises(jose.UnknownKey) as caught:
        jose.verify(token, keys=KeySet.from_jwks(builders.jwks(IDP_KEY)), algorithms=("ES256",))
    assert len(str(caught.value)) < 200
    assert token[:20] not in str(caught.value)


def test_keys_do_not_show_in_a_repr() -> None:
    assert "private" not in repr(IDP_KEY)
