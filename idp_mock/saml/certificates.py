"""An enterprise's RSA keys in the form that SAML knows keys in: self-signed certificates (SAML Metadata §2.4.1.1).

In the flow the key that signs ID Tokens by RS256 also signs assertions, so it is announced, rotated and
withdrawn as all keys here are (``idp_mock.keys``), and sealed as they are. The two kinds of signature cover
texts that cannot be mistaken for one another: two base64url words with a dot, and a ``SignedInfo`` element.

A certificate here is an envelope for a key. It is made of the key's own row and so comes out the same in every
process, with nothing to store.

Deliberately does not: sign by elliptic curve. Many SAML service providers know RSA alone.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from idp_mock.directory.models import Enterprise
from idp_mock.keys.keystore import PUBLISHED, load_signing_key
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.keys.sealing import unseal
from xaa import jose

ALGORITHM = "RS256"
VALIDITY = timedelta(days=3650)  # of the envelope; the key's own life is that of its row


@dataclass(frozen=True)
class SamlKeys:
    """One state of an enterprise's keys: what signs, and what an assertion may be verified with."""

    signing_key: RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    published: tuple[x509.Certificate, ...]


def load_saml_keys(enterprise: Enterprise) -> SamlKeys:
    """Kept while ``Enterprise.keyring`` names the same state, so a rotation counts from the next request on."""
    active = load_signing_key(enterprise, alg=ALGORITHM)
    certificates = _load_certificates(enterprise.pk, enterprise.keyring, enterprise.slug)
    return SamlKeys(active.private_key, certificates[active.kid], tuple(certificates.values()))


@lru_cache(maxsize=256)
def _load_certificates(enterprise_id: int, keyring: str, name: str) -> dict[str, x509.Certificate]:
    """By ``kid``. ``keyring`` is part of the cache's key and of nothing else."""
    records = SigningKeyRecord.objects.filter(
        enterprise_id=enterprise_id, alg=ALGORITHM, status__in=PUBLISHED
    ).order_by("pk")
    return {record.kid: make_certificate(record, name=name) for record in records}


def make_certificate(record: SigningKeyRecord, *, name: str) -> x509.Certificate:
    key = jose.load_signing_key(unseal(record.private_pem), alg=record.alg, kid=record.kid).private_key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} SAML {record.kid[:8]}")])
    since = record.created_at.replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(record.pk)
        .not_valid_before(since - timedelta(days=1))
        .not_valid_after(since + VALIDITY)
    )
    return builder.sign(key, SHA256())
