"""What an app is called when it signs people in by SAML, and what it calls them.

In the flow an app's row here has two uses. If others act at the app, an ID-JAG for it also says who the person is
by her SAML name there (``sub_id``, ID-JAG §3.2). If the app acts itself, an assertion made out to it can be
exchanged for a refresh token (ID-JAG §4.5): ``entity_id`` is its Audience, ``app`` the client that this means.

Deliberately does not: read a service provider's metadata. The admin types the three values that count.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from idp_mock.directory.models import App, Enterprise, Person, is_absolute
from xaa import protocol


class NameIdFormat(models.TextChoices):
    """SAML Core §8.3."""

    PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "A name of its own for each person"
    EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "The work e-mail address"
    UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "The person's sub"
    TRANSIENT = protocol.NAMEID_TRANSIENT, "Another name at every sign-in"


class ServiceProvider(models.Model):
    """An app as a SAML service provider of its enterprise."""

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="service_providers")
    app = models.OneToOneField(App, models.CASCADE, related_name="service_provider")
    entity_id = models.CharField(max_length=500)
    acs_url = models.CharField(max_length=500)
    """Where its assertions go, and nowhere else (SAML Bindings §3.5)."""
    name_id_format = models.CharField(
        max_length=100, choices=NameIdFormat.choices, default=NameIdFormat.PERSISTENT
    )
    name_qualifier = models.CharField(max_length=500, blank=True, default="")
    sp_name_qualifier = models.CharField(max_length=500, blank=True, default="")
    """Both go with a NameID exactly when they are set here (SAML Core §2.2.2)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "entity_id"], name="entity_id_per_enterprise")
        ]

    def __str__(self) -> str:
        return self.entity_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if not is_absolute(self.acs_url):
            raise ValidationError({"acs_url": "Expected an absolute URL without a fragment."})
        if self.app.enterprise_id != self.enterprise_id:
            raise ValidationError({"app": "Expected an app of the same enterprise."})


class LinkedName(models.Model):
    """The name under which a service provider knew somebody already; it stands in for the one of its format."""

    service_provider = models.ForeignKey(ServiceProvider, models.CASCADE, related_name="linked_names")
    person = models.ForeignKey(Person, models.CASCADE, related_name="linked_names")
    name_id = models.CharField(max_length=255)
    sp_provided_id = models.CharField(max_length=255, blank=True, default="")
    """What the service provider itself asked to have sent along (SAML Core §3.6)."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service_provider", "person"], name="one_linked_name_a_person"),
            models.UniqueConstraint(fields=["service_provider", "name_id"], name="one_person_a_linked_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name_id} at {self.service_provider_id}"


class UsedAssertion(models.Model):
    """One row an assertion that was exchanged. The primary key makes a second use impossible (RFC 7522 §3 (7)).

    ``digest`` is SHA-256 over the enterprise and the assertion's ID. After ``expires_at`` its own times refuse it.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"
