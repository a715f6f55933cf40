"""A reference to a specification, as the code writes it (``ID-JAG §4.4.1``), and the address of that very section.

The sections of a draft move between revisions, so a draft's address carries the revision that this project has
pinned (``xaa.protocol.DRAFT``; ``docs/spec.md`` says which of the others).

Deliberately does not: know every document of ``docs/spec.md``; those that the registry refers to are here.
"""

from dataclasses import dataclass
from typing import Final

from xaa.protocol import DRAFT

DRAFTS: Final = "https://datatracker.ietf.org/doc/html"
OPENID: Final = "https://openid.net/specs/openid-connect"
HOMES: Final = {
    "ID-JAG": f"{DRAFTS}/{DRAFT}#section-",
    "draft-ietf-oauth-rfc7523bis": f"{DRAFTS}/draft-ietf-oauth-rfc7523bis-10#section-",
    "draft-parecki-oauth-jwt-dpop-grant": f"{DRAFTS}/draft-parecki-oauth-jwt-dpop-grant-01#section-",
    "OpenID Connect Core": f"{OPENID}-core-1_0.html#rfc.section.",
    "OpenID Connect Back-Channel Logout": f"{OPENID}-backchannel-1_0.html#rfc.section.",
    "OpenID Connect Enterprise Extensions": f"{OPENID}-enterprise-extensions-1_0.html#section-",
}


class UnknownReference(ValueError):
    """Not a document and a section in the one spelling that is used everywhere, or not a document known here."""


@dataclass(frozen=True)
class Reference:
    """``text`` is what is shown, ``url`` where it leads."""

    text: str
    url: str


def refer_to(text: str) -> Reference:
    """``"RFC 7523 §3"`` with the address of that section."""
    document, _, section = text.partition(" §")
    number = document.removeprefix("RFC ")
    is_rfc = number != document and number.isdecimal()
    if not section.replace(".", "").isalnum() or not (is_rfc or document in HOMES):
        raise UnknownReference(f"Expected a reference such as 'RFC 7523 §3', found {text!r:.80}.")
    home = f"https://www.rfc-editor.org/rfc/rfc{number}#section-" if is_rfc else HOMES[document]
    return Reference(text, f"{home}{section}")
