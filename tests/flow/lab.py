"""A laboratory that signs wrongly on purpose, with the demo's real keys, exported as their operator would.

A vector that is *one* change away from a good message needs a good signature under that change; only the key's
owner can make one. So the IdP's active key and Todo0's are taken out through ``manage.py <party> shell``.

Deliberately does not: use ``xaa``. JWTs are put together from bytes here, so that they can be wrong.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.flow.demo import MANAGE, ROOT, Demo

ES256 = jwt.get_algorithm_by_name("ES256")
EXPORT_IDP_KEY = """
import json, sys
from idp_mock.directory.models import Enterprise
from idp_mock.keys.keystore import load_active_key
from xaa import jose
key = load_active_key(Enterprise.objects.get(slug=json.load(sys.stdin) or "acme"))
print(json.dumps({"kid": key.kid, "pem": jose.dump_private_pem(key)}))
"""
EXPORT_TODO0_KEY = """
import json
from todo0.authserver.signing_keys import load_signing_key
from xaa import jose
key = load_signing_key()
print(json.dumps({"kid": key.kid, "pem": jose.dump_private_pem(key)}))
"""
CONNECT_PAY0 = """
import json, sys
from idp_mock.directory.models import Enterprise
from idp_mock.policy import seed
acme, strict = Enterprise.objects.get(slug="acme"), json.load(sys.stdin)
app = seed.seed_place(acme, "pay0-at-acme", "Pay0")
scopes, api = [{"scope": "pay", "words": "Pay"}], "https://pay0.example/api"
pay0 = seed.seed_resource_app(app, issuer="https://pay0.example", resources=[api], scopes=scopes)
seed.seed_connection(acme.apps.get(client_id="agent0-at-acme"), pay0, client_id_there="agent0-at-pay0")
pay0.connections.update(**strict)
print("{}")
"""
FORGET_PAY0 = """
from idp_mock.directory.models import App
App.objects.get(client_id="pay0-at-acme").delete()
print("{}")
"""
EXPORT_AGENT0_KEY = """
import json
from agent0.client_key import load_client_key
from xaa import jose
key = load_client_key()
print(json.dumps({"kid": key.kid, "pem": jose.dump_private_pem(key)}))
"""
EXPORTS = {"idp_mock": EXPORT_IDP_KEY, "todo0": EXPORT_TODO0_KEY, "agent0": EXPORT_AGENT0_KEY}
STORE_ACCESS_TOKENS = """
import json, sys
from django.db import transaction
from todo0.authserver.dot import AccessToken
row = AccessToken.objects.latest("pk")
with transaction.atomic():
    for token, scope in json.load(sys.stdin):
        row.pk, row._raw_token, row.scope = None, token, scope
        row.save()
print("{}")
"""


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class LabKey:
    kid: str
    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def jwk(self) -> dict[str, str]:
        members = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {name: members[name] for name in ("crv", "kty", "x", "y")}

    @property
    def thumbprint(self) -> str:
        canonical = json.dumps(self.jwk, separators=(",", ":"), sort_keys=True)
        return encode(hashlib.sha256(canonical.encode()).digest())

    def sign(self, header: dict[str, Any], payload: bytes) -> str:
        signed = join(header, payload)
        return f"{signed}.{encode(ES256.sign(signed.encode(), self.private))}"


def make_key() -> LabKey:
    key = LabKey("", ec.generate_private_key(ec.SECP256R1()))
    return replace(key, kid=key.thumbprint)


STRANGER = make_key()
KEYS_TO_BRING = {
    "jwk": STRANGER.jwk,
    "jku": "https://evil.example/keys",
    "x5u": "https://evil.example/certificate",
    "x5c": ["x"],
}


def ask_operator(demo: Demo, party: str, program: str, *, given: object = None, **changed: str) -> dict[str, Any]:
    """What an operator of the demo would type, in an environment so ``changed``; the answer is the last line."""
    done = subprocess.run(
        [sys.executable, MANAGE, party, "shell", "-v0", "-c", program],
        cwd=ROOT,
        env={**demo.environment, **changed},
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def export_key(demo: Demo, party: str, *, enterprise: str = "") -> LabKey:
    """The key that ``party`` signs with; of the IdP's, that of Acme unless another ``enterprise`` is named."""
    exported = ask_operator(demo, party, EXPORTS[party], given=enterprise or None)
    private = serialization.load_pem_private_key(exported["pem"].encode(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return LabKey(exported["kid"], private)


def forge(change: dict[str, Any], *, header: dict[str, Any], claims: dict[str, Any], key: LabKey) -> str:
    """A JWT with these claims under ``key``, but for what ``change`` says of header, claims or signature."""
    header = {**header, "alg": "ES256", "kid": key.kid, **change.get("set_header", {})}
    header.pop(change.get("remove_header", ""), None)
    claims = {**claims, **change.get("set_claim", {})}
    claims.pop(change.get("remove_claim", ""), None)
    payload = change.get("payload", "{" + change.get("splice_payload", "") + json.dumps(claims)[1:]).encode()
    return sign(change.get("sign", "by-the-owner"), header, payload, key)


def sign(how: str, header: dict[str, Any], payload: bytes, key: LabKey) -> str:
    """Signed as it should be, or in one of the ways in which it should not."""
    good = key.sign(header, payload)
    signed, _, signature = good.rpartition(".")
    if how.startswith("by-a-stranger-with-"):
        member = how.removeprefix("by-a-stranger-with-")
        return STRANGER.sign(header | {"kid": STRANGER.kid, member: KEYS_TO_BRING[member]}, payload)
    ways: dict[str, Callable[[], str]] = {
        "by-the-owner": lambda: good,
        "by-a-stranger": lambda: STRANGER.sign(header | {"kid": STRANGER.kid}, payload),
        "by-a-stranger-under-our-kid": lambda: STRANGER.sign(header, payload),
        "edited-afterwards": lambda: f"{signed.partition('.')[0]}.{encode(edit(payload))}.{signature}",
        "cut-short": lambda: good[:-8],
        "left-out": lambda: f"{signed}.",
        "none": lambda: f"{join(header | {'alg': 'none'}, payload)}.",
        "hmac-with-the-public-key": lambda: sign_with_hmac(join(header | {"alg": "HS256"}, payload), key),
    }
    return ways[how]()


def sign_with_hmac(unsigned: str, key: LabKey) -> str:
    """The confusion attack of RFC 8725 §2.1: everybody knows a public key."""
    return f"{unsigned}.{encode(hmac.digest(json.dumps(key.jwk).encode(), unsigned.encode(), 'sha256'))}"


def edit(payload: bytes) -> bytes:
    return json.dumps(json.loads(payload) | {"edited": True}).encode()


def join(header: dict[str, Any], payload: bytes) -> str:
    return f"{encode(json.dumps(header).encode())}.{encode(payload)}"


def build_client_assertion(
    change: dict[str, Any], *, client_id: str, audience: str, key: LabKey
) -> dict[str, str]:
    """The two form parameters of a client that signs, but for what ``change`` says of the assertion."""
    claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": secrets.token_urlsafe(16)}
    times = {"iat": int(time.time()), "exp": int(time.time()) + 60}
    assertion = forge(change, header={"typ": "client-authentication+jwt"}, claims=claims | times, key=key)
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }


def build_proof(
    change: dict[str, Any],
    *,
    key: LabKey,
    method: str,
    url: str,
    access_token: str = "",
    signer: LabKey | None = None,
) -> str:
    """A DPoP proof for one request, but for what ``change`` says of its claims."""
    claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
    if access_token:
        claims["ath"] = encode(hashlib.sha256(access_token.encode()).digest())
    claims |= change.get("set_proof", {})
    claims.pop(change.get("remove_proof", ""), None)
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk}
    return (signer or key).sign(header, json.dumps(claims).encode())
