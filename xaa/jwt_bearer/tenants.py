"""Which customer an ID-JAG may speak for, where an issuer or this server has several (ID-JAG §6).

In the flow a subject resolver calls ``check_tenant`` before it looks anybody up. What is expected comes from the
configuration of the issuer; what is found comes from the verified ID-JAG. ``tenant`` is the IdP's name for one of
the companies behind its issuer: without it the same ``sub`` could be two people. ``aud_tenant`` is our own name
for one of our customers. The trust list binds an issuer to its customer, so the claim can only confirm what is
configured: no issuer picks another's (ID-JAG §4.1).

Deliberately does not: look a tenant up. A value that is not the expected one is refused, whatever it may name.
"""

from collections.abc import Mapping
from typing import Any, Final

from xaa.jwt_bearer.subjects import SubjectNotFound

KINDS: Final = ("personal", "organization")
"""Kinds of tenants in OpenID Connect Enterprise Extensions, which name no company and so are never a key."""


def check_tenant(claims: Mapping[str, Any], *, tenant: str = "", aud_tenant: str = "") -> None:
    """Raises ``SubjectNotFound``. An empty ``tenant`` means an issuer of one company: the claim must be absent.

    An empty ``aud_tenant`` means that this server has no tenants, or that the issuer alone says which: then the
    claim is not read.
    """
    found = claims.get("tenant")
    if tenant in KINDS or ("tenant" in claims) is not bool(tenant) or (tenant and found != tenant):
        raise SubjectNotFound(f"expected tenant {tenant or 'to be absent'!r:.80}, found {found!r:.80}")
    if aud_tenant and claims.get("aud_tenant") != aud_tenant:
        raise SubjectNotFound(f"expected aud_tenant {aud_tenant!r:.80}, found {claims.get('aud_tenant')!r:.80}")
