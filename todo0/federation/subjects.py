"""From the IdP's word for a person to one Todo0 account: ``JWT_BEARER_SUBJECT_RESOLVER``.

In the flow this is check R12. The key is (``iss``, ``sub``), the very row that sign-in wrote (OpenID Connect
Core §5.7, ID-JAG §5), so whoever an ID-JAG speaks of is whoever would appear if that person signed in.

Somebody who never signed in here has no account, whatever an IdP says: Todo0 wants to see a person once before an
app may act for her. A connection may be more generous (``jit_accounts``, ID-JAG §2.2): then its ID-JAG makes the
account that her first sign-in would have made, with nothing more in it, after every other check has passed.

A connection is one company's, so an ID-JAG chooses no tenant here (ID-JAG §6). Where the issuer has several, the
row says which is meant, and ``tenant`` must say the same: the same ``sub`` could otherwise be two people.

A connection whose people are known here by SAML says so (``saml_issuer``): then it is ``sub_id`` that finds the
account (``saml_subjects``). For all others ``sub_id`` is not read (ID-JAG §3.2.2).

A connection may be that of organizations here: then a member's access token says of which (``organizations``).

Deliberately does not: revive, or bind anew.
"""

from datetime import datetime
from functools import partial

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet

from todo0.federation.connections import TrustedConnection, load_domains
from todo0.federation.organizations import (
    act_as_member,
    check_newcomer,
    join_organization,
    standing_in,
    standing_of,
    with_standing,
)
from todo0.federation.saml_subjects import check_same_person, resolve_by_saml_name
from xaa.jwt_bearer.presented import IdJag, IdJagRejected
from xaa.jwt_bearer.subjects import Newcomer, SubjectNotFound
from xaa.jwt_bearer.tenants import check_tenant
from xaa.signin.identities import UserNotFound, load_identity, provision_user
from xaa.signin.models import FederatedIdentity
from xaa.signin.sign_outs import load_sign_out, with_sign_out


def resolve_subject(id_jag: IdJag) -> AbstractUser | Newcomer:
    """The active user with exactly this identity, in one statement, or a newcomer; else ``SubjectNotFound``."""
    trusted = _trusted(id_jag)
    check_tenant(id_jag.claims, tenant=trusted.tenant, aud_tenant=trusted.aud_tenant)
    if trusted.saml_issuer:
        return resolve_saml_subject(id_jag, trusted)
    try:
        identity = load_identity(id_jag.issuer, id_jag.subject, among=_identities(id_jag))
    except UserNotFound as error:
        if error.reason == "unknown" and trusted.jit_accounts:
            check_newcomer(id_jag)
            check_not_signed_out_since(id_jag, load_sign_out(id_jag.issuer, id_jag.subject))
            return Newcomer(partial(welcome, id_jag))
        raise SubjectNotFound(
            f"expected an active account that signed in here before, found {error.reason}"
        ) from error
    check_not_signed_out_since(id_jag, identity.signed_out_at)
    return act_as_member(identity.user, standing_in(identity), id_jag)


def resolve_saml_subject(id_jag: IdJag, trusted: TrustedConnection) -> AbstractUser:
    """Where people are known by SAML: by ``sub_id``, and by ``sub`` only to hold it against, in one statement."""
    name = resolve_by_saml_name(id_jag, trusted)
    check_same_person(name)
    check_not_signed_out_since(id_jag, name.signed_out_at)
    return act_as_member(name.user, standing_in(name), id_jag)


def welcome(id_jag: IdJag) -> AbstractUser:
    """Her account, made now, or by a redemption that ran beside this one."""
    trusted = _trusted(id_jag)
    domains = load_domains(trusted.issuer) if trusted.link_by_email else ()
    try:
        user = provision_user(id_jag.issuer, id_jag.subject, profile=id_jag.claims, authoritative_for=domains)
    except UserNotFound as error:
        raise SubjectNotFound(f"expected an active account, found {error.reason}") from error
    join_organization(user, id_jag.issuer)
    user.came_by_id_jag = True  # for the log, which tells newcomers apart
    return act_as_member(user, standing_of(user, id_jag), id_jag)


def _identities(id_jag: IdJag) -> QuerySet[FederatedIdentity]:
    rows = with_sign_out(FederatedIdentity.objects.all(), issuer=id_jag.issuer, subject=id_jag.subject)
    return with_standing(rows, id_jag)


def _trusted(id_jag: IdJag) -> TrustedConnection:
    if not isinstance(id_jag.trusted, TrustedConnection):
        raise TypeError("Expected JWT_BEARER_TRUSTED_ISSUERS to be todo0.federation.connections'.")
    return id_jag.trusted


def check_not_signed_out_since(id_jag: IdJag, signed_out_at: datetime | None) -> None:
    """An ID-JAG from before a logout is worth no more than the access tokens that ended with it (OI-14).

    Both times are the IdP's own, in whole seconds. No ``SubjectNotFound``: whether she has an account here is not
    what is wrong, and no page should say so.
    """
    if signed_out_at and id_jag.claims["iat"] < signed_out_at.timestamp():
        raise IdJagRejected(
            f"iat: expected an ID-JAG issued after the logout of {signed_out_at:%H:%M:%S}, found an earlier one"
        )
