"""From a SAML name to one Todo0 account, for a connection whose people are known here by SAML.

In the flow this is check R12 in the place of the look-up by (``iss``, ``sub``), when the connection has a
``saml_issuer``. Its ``SamlName`` rows say which account has which SAML name; the name must be one of them in every
member that forms the connection's key (ID-JAG §3.2.2).

DEMO ONLY: Todo0 has no SAML sign-in of its own, which would write these rows. They are entered by hand; an app
with one looks up what its sign-in wrote.

Deliberately does not: fall back to ``sub`` when the name is missing or unknown, or make an account for it. If
``sub`` is known here as well, both must be one person (ID-JAG §3.1).
"""

from typing import Any

from django.db.models import QuerySet, Subquery

from todo0.federation.connections import TrustedConnection
from todo0.federation.models import SamlName
from todo0.federation.organizations import with_standing
from xaa.jwt_bearer.presented import IdJag
from xaa.jwt_bearer.sub_id import read_saml_nameid
from xaa.jwt_bearer.subjects import SubjectNotFound
from xaa.signin.models import FederatedIdentity
from xaa.signin.sign_outs import with_sign_out


def resolve_by_saml_name(id_jag: IdJag, trusted: TrustedConnection) -> Any:
    """The ``SamlName`` of one account that is exactly this, in one statement; else ``SubjectNotFound``."""
    key = read_saml_nameid(id_jag.claims, issuer=trusted.saml_issuer).key(trusted.saml_key)
    rows = SamlName.objects.select_related("user").filter(connection__issuer=id_jag.issuer, **key)
    rows = with_known_sub(with_standing(rows, id_jag), id_jag)
    rows = with_sign_out(rows, issuer=id_jag.issuer, subject=id_jag.subject)
    # A database may be set to compare without case; we never do.
    found = {row.user: row for row in rows[:3] if all(getattr(row, member) == key[member] for member in key)}
    if len(found) != 1:
        raise SubjectNotFound(f"sub_id: expected the SAML name of one account, found {len(found)}")
    return found.popitem()[1]


def with_known_sub(rows: QuerySet[SamlName], id_jag: IdJag) -> QuerySet[SamlName]:
    """``rows``, each with ``known_sub_of``: whose account ``sub`` is, if anybody has signed in with it."""
    known = FederatedIdentity.objects.filter(issuer=id_jag.issuer, subject=id_jag.subject).values("user")
    return rows.annotate(known_sub_of=Subquery(known[:1]))


def check_same_person(name: Any) -> None:
    """``sub`` and ``sub_id`` name one person, or the IdP contradicts itself (ID-JAG §3.1)."""
    if name.known_sub_of not in (None, name.user_id):
        raise SubjectNotFound("sub, sub_id: expected one person, found two")
