"""Who somebody is: an account of ours and the person at the IdP whom it belongs to; and what a logout looks for.

Deliberately does not: hold a token. ``email`` is what the IdP last said, for a page to show; nothing looks it
up.
"""

from django.conf import settings
from django.db import models


class FederatedIdentity(models.Model):
    """(``issuer``, ``subject``) is the person and the only key (OpenID Connect Core §5.7)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="federated_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)  # at most 255 ASCII characters: OpenID Connect Core §2
    email = models.CharField(max_length=254, blank=True, default="")
    email_verified = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_sign_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "federated identities"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="xaa_signin_one_account_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class SignedInSession(models.Model):
    """One session of ours and the sign-in it stands on (OpenID Connect Back-Channel Logout §2.7).

    ``sid`` is the IdP's name for the browser session there, or "". ``seen_at`` is when ours was last known to be.
    """

    session_key = models.CharField(max_length=40)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, blank=True, default="")
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["issuer", "subject"], name="xaa_signin_session_of_subject"),
            models.Index(fields=["issuer", "sid"], name="xaa_signin_session_of_sid"),
        ]

    def __str__(self) -> str:
        return f"a session of {self.subject} at {self.issuer}"


class SignOut(models.Model):
    """When the IdP last said that a person signed out there, by its clock. What it vouched for before is over.

    She need not be known here: an app may hold the IdP's word for somebody who has yet to come.
    """

    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="xaa_signin_last_sign_out_of_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}, {self.at:%Y-%m-%d %H:%M:%S}"


class UsedLogoutToken(models.Model):
    """One row a logout token that was acted on; the primary key makes a second use impossible.

    ``digest`` is SHA-256 over issuer and ``jti``. After ``expires_at`` its ``exp`` refuses it.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"
