"""Sign an assertion, and recognise our own when it comes back.

In the flow an assertion leaves with a sign-in and returns as the subject token of a token exchange, from a
client that may have done anything to it. The signature is checked before a single element is believed, and
afterwards only what ``signxml`` says was signed is read: a genuine assertion wrapped into a forged one would
otherwise lend it its signature (SAML Core §5.4.2; the attack is called signature wrapping).

Deliberately does not: look at the key in the token, resolve an address, or accept any way of signing but our
own. A document type declaration, where entities could be declared, is refused by both parsers.
"""

from lxml import etree
from saml2 import saml
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureMethod,
    XMLSigner,
    XMLVerifier,
)
from signxml.exceptions import SignXMLException

from idp_mock.saml.certificates import SamlKeys

ASSERTION = f"{{{saml.NAMESPACE}}}Assertion"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
METHOD, DIGEST = SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256
EXPECTED = SignatureConfiguration(
    location="./",  # in the root itself, not somewhere in the document
    expect_references=1,
    signature_methods=frozenset({METHOD}),
    digest_algorithms=frozenset({DIGEST}),
)


class NotSignedByUs(Exception):
    """No signature of ours over the whole of the document. The text says what was wrong, and quotes nothing."""


def sign(document: bytes, keys: SamlKeys) -> etree._Element:
    """An assertion with a signature behind its Issuer, where the schema wants it."""
    assertion = etree.fromstring(document)
    place = etree.Element(
        f"{{{SIGNATURE_NAMESPACE}}}Signature", nsmap={"ds": SIGNATURE_NAMESPACE}, Id="placeholder"
    )
    assertion.insert(1, place)
    signer = XMLSigner(
        signature_algorithm=METHOD,
        digest_algorithm=DIGEST,
        # Exclusive, so that it still holds when the assertion is taken out of its Response.
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    return signer.sign(
        assertion,
        key=keys.signing_key,
        cert=[keys.certificate],
        reference_uri=assertion.get("ID"),
        id_attribute="ID",
    )


def verify(document: bytes, keys: SamlKeys) -> saml.Assertion:
    """The assertion that one of our published keys signed; raises ``NotSignedByUs``."""
    reason = "no key"
    for certificate in keys.published:
        try:
            signed = (
                XMLVerifier()
                .verify(document, x509_cert=certificate, id_attribute="ID", expect_config=EXPECTED)
                .signed_xml
            )
            root = etree.fromstring(document)
        except (SignXMLException, etree.LxmlError, ValueError, LookupError) as error:
            reason = type(error).__name__
            continue
        return read_signed(signed, root)
    raise NotSignedByUs(f"no published key fits its signature ({reason})")


def read_signed(signed: etree._Element | None, root: etree._Element) -> saml.Assertion:
    """What was signed, and nothing beside it: the signature must be over the root, and the root an assertion."""
    if signed is None or signed.tag != ASSERTION or root.tag != ASSERTION or signed.get("ID") != root.get("ID"):
        raise NotSignedByUs("the signature is not over the assertion that was sent")
    assertion = saml.assertion_from_string(etree.tostring(signed))
    if assertion is None:
        raise NotSignedByUs("what was signed is no assertion")
    return assertion
