"""Read ``sub_id``: the person's name at a SAML service provider, for an app whose people sign in by SAML.

In the flow a subject resolver calls this in the place of the (``iss``, ``sub``) look-up, when the configuration of
the ID-JAG's issuer says that its people are known here by SAML (ID-JAG §3.2.2, §9.5)::

    name = read_saml_nameid(id_jag.claims, issuer=the_saml_issuer_configured_for(id_jag.issuer))
    key = name.key(MEMBERS)  # the very members that your SAML sign-in looks people up by

By now the ID-JAG is verified, so its ``iss`` has spoken. ``sub_id.issuer`` is only compared with what that ``iss``
may speak for, and decides nothing: an IdP that could name another's SAML issuer could name another's people.

Deliberately does not: read other formats of RFC 9493, or guess at a member that is missing. A qualifier that is
absent and one that is there make two names.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xaa import protocol
from xaa.jwt_bearer.subjects import SubjectNotFound

OPTIONAL: Final = ("nameid_format", "name_qualifier", "sp_name_qualifier", "sp_provided_id")
MEMBERS: Final = ("nameid", *OPTIONAL)
"""What can be part of the key that a SAML sign-in looks people up by, beside the issuer."""
LONGEST: Final = 500


@dataclass(frozen=True)
class SamlNameId:
    """A NameID and whose it is. An optional member that is absent is empty; present, it never is."""

    issuer: str
    nameid: str
    nameid_format: str = ""
    name_qualifier: str = ""
    sp_name_qualifier: str = ""
    sp_provided_id: str = ""

    def key(self, members: Collection[str] = MEMBERS) -> dict[str, str]:
        """``nameid`` and the others of the sign-in's key: alone it names nobody for sure (ID-JAG §3.2.2)."""
        return {member: getattr(self, member) for member in MEMBERS if member in {"nameid", *members}}


def read_saml_nameid(claims: Mapping[str, Any], *, issuer: str) -> SamlNameId:
    """The ``saml-nameid`` in ``claims``, of exactly the SAML ``issuer``; ``SubjectNotFound`` for anything else."""
    found = claims.get("sub_id")
    if not isinstance(found, Mapping):
        raise SubjectNotFound(f"sub_id: expected a saml-nameid, found {type(found).__name__}")
    if found.get("format") != protocol.SUB_ID_SAML_NAMEID:
        raise SubjectNotFound(f"sub_id.format: expected saml-nameid, found {found.get('format')!r:.80}")
    _check_members(found)
    if not issuer or found["issuer"] != issuer:
        raise SubjectNotFound(f"sub_id.issuer: expected {issuer!r:.200}, found {found['issuer']!r:.200}")
    if found.get("nameid_format") == protocol.NAMEID_TRANSIENT:
        raise SubjectNotFound("sub_id.nameid_format: expected a name that lasts, found a transient one")
    return SamlNameId(**{member: value for member, value in found.items() if member != "format"})


def _check_members(found: Mapping[str, Any]) -> None:
    """Those that the format has, and no others (RFC 9493 §3); each a string that a database can look up."""
    missing = {"issuer", "nameid"} - found.keys()
    unknown = found.keys() - {"format", "issuer", *MEMBERS}
    if missing or unknown:
        raise SubjectNotFound(f"sub_id: expected its format's members, missing {missing}, unknown {unknown!r:.80}")
    for member, value in found.items():
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST or not value.isprintable():
            raise SubjectNotFound(f"sub_id.{member}: expected 1 to {LONGEST} printable characters")
