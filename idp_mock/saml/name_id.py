"""What a service provider calls a person: the NameID of its assertions (SAML Core §2.2.2).

In the flow two tokens say it, and must say the same: an assertion for the app itself, and the ``sub_id`` of an
ID-JAG for it (ID-JAG §3.2.2), so that whoever acts for her at the app reaches the account that she signs in to.

Deliberately does not: use a transient NameID for anything that lasts. It is made up anew each time, so an account
that was found by one would be found by nobody again.
"""

import secrets
from dataclasses import dataclass

from idp_mock.directory.models import Enterprise, Person
from idp_mock.directory.subjects import pairwise_subject
from idp_mock.saml.models import LinkedName, NameIdFormat, ServiceProvider
from xaa import protocol


@dataclass(frozen=True)
class NameId:
    """A NameID. Qualifiers and ``sp_provided_id`` are empty where it has none."""

    value: str
    format: str
    name_qualifier: str = ""
    sp_name_qualifier: str = ""
    sp_provided_id: str = ""

    @property
    def is_stable(self) -> bool:
        return self.format != NameIdFormat.TRANSIENT


def saml_issuer(enterprise: Enterprise) -> str:
    """The IdP's SAML entity id, which is also where its SAML metadata is. Not the OAuth issuer: two namespaces."""
    return f"{enterprise.issuer}/saml/metadata"


def name_at(provider: ServiceProvider, person: Person) -> NameId:
    """What ``provider`` calls ``person``: the name it knew her by before, or one by its format."""
    linked = LinkedName.objects.filter(service_provider=provider, person=person).first()
    return NameId(
        value=linked.name_id if linked else make_name(provider, person),
        format=provider.name_id_format,
        name_qualifier=provider.name_qualifier,
        sp_name_qualifier=provider.sp_name_qualifier,
        sp_provided_id=linked.sp_provided_id if linked else "",
    )


def make_name(provider: ServiceProvider, person: Person) -> str:
    match NameIdFormat(provider.name_id_format):
        case NameIdFormat.PERSISTENT:
            # SAML Core §8.3.7: opaque, and different at every service provider.
            salt = provider.app.enterprise.pairwise_salt
            return pairwise_subject(salt, f"saml {provider.entity_id}", person.sub)
        case NameIdFormat.EMAIL:
            return person.login
        case NameIdFormat.UNSPECIFIED:
            return person.sub
        case NameIdFormat.TRANSIENT:
            return f"_{secrets.token_hex(20)}"


def describe_sub_id(provider: ServiceProvider, person: Person) -> dict[str, str] | None:
    """The ``saml-nameid`` subject identifier of ``person`` (ID-JAG §3.2.1), or ``None`` if her name does not last.

    Each optional member is there exactly when the NameID has it: a reader compares what is missing, too.
    """
    name = name_at(provider, person)
    if not name.is_stable:
        return None
    members = {
        "format": protocol.SUB_ID_SAML_NAMEID,
        "issuer": saml_issuer(provider.app.enterprise),
        "nameid": name.value,
        "nameid_format": name.format,
        "name_qualifier": name.name_qualifier,
        "sp_name_qualifier": name.sp_name_qualifier,
        "sp_provided_id": name.sp_provided_id,
    }
    return {member: value for member, value in members.items() if value}
