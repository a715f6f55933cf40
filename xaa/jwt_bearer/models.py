"""What the grant remembers: which clients may use it and how they prove who they are, and what was used up.

django-oauth-toolkit's own models stay as they are, unswapped: a client's permission stands beside its
``Application`` instead of in it.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.settings import oauth2_settings

from xaa.client_assertion import read_client_keys
from xaa.jose import JoseError


class CrossAppClient(models.Model):
    """A client that may redeem ID-JAGs here, and the scopes it may get by them.

    With ``jwks`` it authenticates by ``private_key_jwt`` and by nothing else: what its ``Application`` holds as a
    secret opens nothing any more. With a key, but still able to use a secret, it would be only as safe as that.
    """

    application = models.OneToOneField(
        oauth2_settings.APPLICATION_MODEL, on_delete=models.CASCADE, related_name="cross_app_access"
    )
    enabled = models.BooleanField(
        default=True, help_text="It may use this grant now; off, what else it may do here stays as it is."
    )
    allowed_scopes = models.TextField(help_text="Space-separated, as in a token request.")
    jwks = models.JSONField(
        default=dict,
        blank=True,
        help_text="Its public keys as a JWK Set, if it signs instead of sending a secret.",
    )

    class Meta:
        verbose_name = "cross-app client"

    def __str__(self) -> str:
        return f"{self.application_id} may get {self.allowed_scopes}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Keys, if any, are usable public ones. Refused here, not at the first request (RFC 7517 §5)."""
        try:
            if self.jwks:
                read_client_keys(self.jwks)
        except JoseError as error:
            raise ValidationError({"jwks": str(error)}) from error


class RedeemedIdJag(models.Model):
    """One row a redeemed ID-JAG. Its primary key is what makes a second redemption impossible, in any process.

    ``digest`` is SHA-256 over issuer and ``jti``: short, of one length, and free of whatever a ``jti`` may hold.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True, help_text="After this, exp and leeway refuse it anyway.")

    class Meta:
        verbose_name = "redeemed ID-JAG"

    def __str__(self) -> str:
        return f"redeemed, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class UsedProof(models.Model):
    """One row a DPoP proof that was accepted, by the token endpoint or an API of this server (RFC 9449 §11.1).

    ``digest`` is ``xaa.dpop.Proof.digest``: key, address and serial number in one.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True, help_text="After this, its iat refuses it anyway.")

    class Meta:
        verbose_name = "used DPoP proof"

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class UsedClientAssertion(models.Model):
    """One row a client assertion that has authenticated its client (RFC 7523 §3 (7)).

    ``digest`` is SHA-256 over the client id and ``jti``.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True, help_text="After this, exp and leeway refuse it anyway.")

    class Meta:
        verbose_name = "used client assertion"

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"
