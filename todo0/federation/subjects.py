"""From the IdP's word for a person to one Todo0 account: ``JWT_BEARER_SUBJECT_RESOLVER``.

In the flow this is check R12. The key is (``iss``, ``sub``), the very row that sign-in wrote (OpenID Connect
Core §5.7, ID-JAG §5), so whoever an ID-JAG speaks of is whoever would appear if that person signed in.

Deliberately does not: create, revive or link. Somebody who never signed in to Todo0 has no account here,
whatever an IdP says: Todo0 wants to see a person once before an app may act for them. ``email`` is not even
read. Nor is ``aud_tenant``: a connection is one company's, so there is no tenant here for it to choose (ID-JAG
§6.1). A ``tenant`` says that the issuer has several companies; the same ``sub`` could then be two people, and
Todo0 refuses what it cannot tell apart.
"""

from django.contrib.auth.models import AbstractUser

from xaa.jwt_bearer.presented import IdJag, IdJagRejected
from xaa.jwt_bearer.subjects import SubjectNotFound
from xaa.signin.identities import UserNotFound, load_identity
from xaa.signin.models import FederatedIdentity


def resolve_subject(id_jag: IdJag) -> AbstractUser:
    """The active user with exactly this identity, in one statement; ``SubjectNotFound`` otherwise."""
    if "tenant" in id_jag.claims:
        raise SubjectNotFound(f"expected no tenant from an issuer of one, found {id_jag.claims['tenant']!r:.80}")
    try:
        identity = load_identity(id_jag.issuer, id_jag.subject)
    except UserNotFound as error:
        raise SubjectNotFound(
            f"expected an active account that signed in here before, found {error.reason}"
        ) from error
    check_not_signed_out_since(id_jag, identity)
    return identity.user


def check_not_signed_out_since(id_jag: IdJag, identity: FederatedIdentity) -> None:
    """An ID-JAG from before a logout is worth no more than the access tokens that ended with it (OI-14).

    Both times are the IdP's own, in whole seconds. No ``SubjectNotFound``: her account is here, and no page should
    say otherwise.
    """
    signed_out_at = identity.signed_out_at
    if signed_out_at and id_jag.claims["iat"] < signed_out_at.timestamp():
        raise IdJagRejected(f"sub: expected an ID-JAG issued after the logout of {signed_out_at:%H:%M:%S}")
