"""A SAML response or assertion without its signature: what it says can be read, and nobody can present it.

Deliberately does not: parse XML. What is looked for has one spelling in every signed assertion.
"""

import base64
import binascii
import re
from typing import Final

from stage.kit.telemetry.redaction.notes import SIGNATURE, Notes

VALUE: Final = re.compile(rb"(<(?:[\w.-]+:)?SignatureValue\b[^>]*>)[^<]+")


def is_assertion(value: str) -> bool:
    return b"<" in (xml := _decode(value)) and b"Assertion" in xml


def without_signature(value: str, notes: Notes, where: str) -> str:
    """In the encoding that it came in: base64 in a form (SAML Bindings §3.5.4), base64url in a token request."""
    notes.see(value, where, "saml-assertion")
    xml = VALUE.sub(rb"\1" + SIGNATURE.encode(), _decode(value))
    if "-" in value or "_" in value or not value.endswith("="):
        return base64.urlsafe_b64encode(xml).decode().rstrip("=")
    return base64.b64encode(xml).decode()


def _decode(value: str) -> bytes:
    letters = "".join(value.split()).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
