"""From what the IdP says to an account of ours: looked up by (issuer, subject), made at the first sign-in.

An e-mail address or a name is never a key (OpenID Connect Core §5.7): both can be reassigned, claimed
unverified, or chosen to be an administrator's. So by default no existing account is ever adopted: a first sign-in
makes a new one, without password and without rights, and an account made by hand stays what it was. A connection
may say otherwise (``authoritative_for``); ``_adopt`` holds it to its conditions, once, for the first binding.

Deliberately does not: delete accounts, switch one on that an administrator has switched off, or move a binding.
"""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from xaa.signin.connections import email_domain
from xaa.signin.models import FederatedIdentity


class UserNotFound(LookupError):
    """Nobody of that (issuer, subject) may act here. ``reason`` is "unknown" or "inactive"."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"No active user: {reason}.")
        self.reason = reason


def is_subject(value: str) -> bool:
    """Whether ``value`` can be a subject (OpenID Connect Core §2). A control character would upset PostgreSQL."""
    return 0 < len(value) <= 255 and value.isascii() and value.isprintable()


def load_user(issuer: str, subject: str) -> AbstractUser:
    """The active account of a person who has signed in here before; for a subject resolver (ID-JAG §4.4.1)."""
    return load_identity(issuer, subject).user


def load_identity(
    issuer: str, subject: str, *, among: QuerySet[FederatedIdentity] | None = None
) -> FederatedIdentity:
    """The same as the row that binds her account to the IdP's name for her.

    ``among`` are the rows to look in, for a project that reads more of them in the same statement.
    """
    identity = _find_identity(issuer, subject, among) if is_subject(subject) else None
    if identity is None:
        raise UserNotFound("unknown")
    if not identity.user.is_active:
        raise UserNotFound("inactive")
    return identity


def resolve_user(
    issuer: str, subject: str, *, profile: Mapping[str, Any], authoritative_for: Collection[str] = ()
) -> AbstractUser:
    """The active account of the person who has just signed in, made now if there is none yet."""
    identity = _find_identity(issuer, subject) or _bind(issuer, subject, profile, authoritative_for)
    if not identity.user.is_active:
        raise UserNotFound("inactive")
    identity.last_sign_in_at = timezone.now()
    _refresh_identity(identity, profile)
    _refresh_user(identity.user, profile)
    return identity.user


def provision_user(
    issuer: str, subject: str, *, profile: Mapping[str, Any], authoritative_for: Collection[str] = ()
) -> AbstractUser:
    """The account that a first sign-in would make, for a person who has not signed in yet (ID-JAG §2.2).

    Only for whoever has verified the IdP's word for her. Of any number of calls at once one makes the account.
    """
    identity = _bind(issuer, subject, profile, authoritative_for)
    if not identity.user.is_active:
        raise UserNotFound("inactive")
    return identity.user


def _find_identity(
    issuer: str, subject: str, among: QuerySet[FederatedIdentity] | None = None
) -> FederatedIdentity | None:
    rows = FederatedIdentity.objects.all() if among is None else among
    return rows.select_related("user").filter(issuer=issuer, subject=subject).first()


def _bind(
    issuer: str, subject: str, profile: Mapping[str, Any], authoritative_for: Collection[str]
) -> FederatedIdentity:
    """One account, however many first sign-ins of this person run at once: the unique constraint decides.

    The loser's transaction takes its own new account back with it, and it finds the winner's.
    """
    try:
        with transaction.atomic():
            user: Any = _adopt(profile, authoritative_for) or _create_user()
            identity = FederatedIdentity.objects.create(user=user, issuer=issuer, subject=subject)
            _refresh_identity(identity, profile)
            _refresh_user(user, profile)
            return identity
    except IntegrityError:
        return FederatedIdentity.objects.select_related("user").get(issuer=issuer, subject=subject)


def _create_user() -> AbstractUser:
    return get_user_model().objects.create_user(username=f"federated-{uuid.uuid4().hex}")


def _adopt(profile: Mapping[str, Any], authoritative_for: Collection[str]) -> AbstractUser | None:
    """An account that was here before its owner's IdP was connected, by her e-mail address (SR-04); mostly None.

    Only if our configuration says that this IdP speaks for the domain, the IdP that the address is verified, and
    exactly one account has it, which nobody is bound to and which has no rights over others. The row is locked, so
    that two persons with one address cannot both get it. A deactivated one stays hers and shut.
    """
    email = _email(profile)
    if profile.get("email_verified") is not True or not _is_within(email, authoritative_for):
        return None
    found = get_user_model().objects.select_for_update().filter(email=email)[:2]
    if len(found) != 1:
        return None
    user = found[0]
    if user.is_staff or user.is_superuser or FederatedIdentity.objects.filter(user=user).exists():
        return None
    if not user.is_active:
        raise UserNotFound("inactive")
    return user


def _is_within(email: str, domains: Collection[str]) -> bool:
    try:
        return email_domain(email) in {domain.lower() for domain in domains}
    except LookupError:
        return False


def _refresh_identity(identity: FederatedIdentity, profile: Mapping[str, Any]) -> None:
    identity.email = _email(profile)
    identity.email_verified = profile.get("email_verified") is True
    identity.save(update_fields=["email", "email_verified", "last_sign_in_at"])


def _refresh_user(user: AbstractUser, profile: Mapping[str, Any]) -> None:
    """Name and address for the pages. An unverified address stays off the account: other code may believe it."""
    now = {
        "first_name": _text(profile, "given_name", 150) or _text(profile, "name", 150),
        "last_name": _text(profile, "family_name", 150),
        "email": _email(profile) if profile.get("email_verified") is True else "",
    }
    changed = [name for name, value in now.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, now[name])
    if changed:
        user.save(update_fields=changed)


def _email(profile: Mapping[str, Any]) -> str:
    """Whole or not at all: the beginning of a long address may be somebody else's."""
    email = _text(profile, "email", 255)
    return email if len(email) <= 254 else ""


def _text(profile: Mapping[str, Any], name: str, max_length: int) -> str:
    value = profile.get(name)
    return value[:max_length] if isinstance(value, str) and value.isprintable() else ""
