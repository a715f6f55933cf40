"""From what the IdP says to an account of ours: looked up by (issuer, subject), made at the first sign-in.

An e-mail address or a name is never a key (OpenID Connect Core §5.7): both can be reassigned, claimed
unverified, or chosen to be an administrator's. So no existing account is ever adopted: a first sign-in makes
a new one, without password and without rights, and an account made by hand stays what it was.

Deliberately does not: delete accounts, or switch one on that an administrator has switched off.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

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


def load_identity(issuer: str, subject: str) -> FederatedIdentity:
    """The same with what is known of her sign-ins: ``signed_out_at`` ends what was issued before."""
    identity = _find_identity(issuer, subject) if is_subject(subject) else None
    if identity is None:
        raise UserNotFound("unknown")
    if not identity.user.is_active:
        raise UserNotFound("inactive")
    return identity


def resolve_user(issuer: str, subject: str, *, profile: Mapping[str, Any]) -> AbstractUser:
    """The active account of the person who has just signed in, made now if there is none yet."""
    identity = _find_identity(issuer, subject) or _create_identity(issuer, subject)
    if not identity.user.is_active:
        raise UserNotFound("inactive")
    _refresh_identity(identity, profile)
    _refresh_user(identity.user, profile)
    return identity.user


def _find_identity(issuer: str, subject: str) -> FederatedIdentity | None:
    return FederatedIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()


def _create_identity(issuer: str, subject: str) -> FederatedIdentity:
    """One account, however many first sign-ins of this person run at once: the unique constraint decides.

    The loser's transaction takes its own new account back with it, and it finds the winner's.
    """
    try:
        with transaction.atomic():
            user = get_user_model().objects.create_user(username=f"federated-{uuid.uuid4().hex}")
            return FederatedIdentity.objects.create(user=user, issuer=issuer, subject=subject)
    except IntegrityError:
        return FederatedIdentity.objects.select_related("user").get(issuer=issuer, subject=subject)


def _refresh_identity(identity: FederatedIdentity, profile: Mapping[str, Any]) -> None:
    identity.email = _text(profile, "email", 254)
    identity.email_verified = profile.get("email_verified") is True
    identity.last_sign_in_at = timezone.now()
    identity.save(update_fields=["email", "email_verified", "last_sign_in_at"])


def _refresh_user(user: AbstractUser, profile: Mapping[str, Any]) -> None:
    """Name and address for the pages. An unverified address stays off the account: other code may believe it."""
    now = {
        "first_name": _text(profile, "given_name", 150) or _text(profile, "name", 150),
        "last_name": _text(profile, "family_name", 150),
        "email": _text(profile, "email", 254) if profile.get("email_verified") is True else "",
    }
    changed = [name for name, value in now.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, now[name])
    if changed:
        user.save(update_fields=changed)


def _text(profile: Mapping[str, Any], name: str, max_length: int) -> str:
    value = profile.get(name)
    return value[:max_length] if isinstance(value, str) and value.isprintable() else ""
