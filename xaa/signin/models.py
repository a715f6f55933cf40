"""Who somebody is: an account of ours and the person at the IdP whom it belongs to.

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
