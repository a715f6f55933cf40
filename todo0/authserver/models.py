"""What the authorization server keeps besides the toolkit's own tables: its keys, and each token's origin.

In the flow: ``AsSigningKey`` signs access tokens and is published at ``/oauth/jwks``; ``AccessTokenOrigin``
remembers which IdP vouched for the person a token acts for, and who acts by its word, so that a todo can say who
made it and a logout or a withdrawn connection can find the tokens to revoke; ``SpentCode``, which authorization
code a token was for.

Deliberately does not: store an access token, an ID-JAG or a private key in the clear.
"""

import json

from django.conf import settings
from django.db import models

from todo0 import at_rest
from xaa import jose


class AsSigningKey(models.Model):
    """One key pair of the authorization server; separate from every IdP's (RFC 8725 §3.12).

    The newest ``active`` row signs. A retired row (``active`` false) stays published until it is deleted, so
    that tokens it signed live out their five minutes.
    """

    kid = models.CharField(max_length=64, unique=True)
    alg = models.CharField(max_length=5)
    public_jwk = models.JSONField()
    private_pem_sealed = models.TextField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.alg} {self.kid}"

    @classmethod
    def generate(cls, alg: str) -> "AsSigningKey":
        key = jose.generate_signing_key(alg)
        sealed = at_rest.seal(jose.dump_private_pem(key), purpose=at_rest.ACCESS_TOKEN_SIGNING_KEY)
        return cls.objects.create(
            kid=key.kid, alg=key.alg, public_jwk=jose.public_jwk(key), private_pem_sealed=sealed
        )


class AccessTokenOrigin(models.Model):
    """The ID-JAG an access token was issued for, by its identifiers: issuer, subject and ``jti``."""

    access_token = models.OneToOneField(
        settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL, on_delete=models.CASCADE, related_name="origin"
    )
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    id_jag_jti = models.CharField(max_length=255)
    act = models.TextField(blank=True)
    """Who acts for the subject, as the ID-JAG says: JSON as text, which keeps what a database would refuse."""

    class Meta:
        # Logout and deprovisioning revoke by who the IdP says it is: OpenID Connect Back-Channel Logout §2.7.
        indexes = [models.Index(fields=["issuer", "subject"], name="origin_issuer_subject")]

    def __str__(self) -> str:
        return f"{self.issuer} {self.id_jag_jti}"

    @property
    def acting(self) -> str:
        """The ``sub`` of the one who acts now; whoever is nested in it acted before (RFC 8693 §4.1)."""
        subject = json.loads(self.act).get("sub") if self.act else ""
        return subject[:255] if isinstance(subject, str) and subject.isprintable() else ""


class RetiringSecret(models.Model):
    """A client's former secret, by its hash, which works beside the present one until ``works_until``.

    So a client has time to change over. At most one row of a client is of any use: with the next rotation the one
    before it ends.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="retiring_secrets"
    )
    secret_hash = models.CharField(max_length=255)
    works_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"a secret of {self.application_id}, until {self.works_until:%Y-%m-%d %H:%M:%S}"


class OrganizationRequirement(models.Model):
    """A client that acts for members of an organization alone. Its row is the rule; none chosen means any."""

    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL,
        on_delete=models.CASCADE,
        related_name="organization_requirement",
    )
    organizations = models.ManyToManyField("federation.Organization", related_name="+", blank=True)

    def __str__(self) -> str:
        return f"{self.application_id} wants members"


class SpentCode(models.Model):
    """The authorization code an access token was issued for; goes with the token.

    ``digest`` is SHA-256 over the code. Not unique: of two requests that race, both may get this far, and a moment
    later the second is refused.
    """

    digest = models.CharField(max_length=64, db_index=True)
    access_token = models.OneToOneField(
        settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL, on_delete=models.CASCADE, related_name="spent_code"
    )

    def __str__(self) -> str:
        return f"spent on token {self.access_token_id}"
