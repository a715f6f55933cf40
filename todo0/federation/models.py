"""The enterprise connections: one row says who may vouch for Todo0's users, and with which keys.

In the flow, the same row serves twice. Sign-in (``xaa.signin``) takes its issuer and client registration; the
ID-JAG grant (``xaa.jwt_bearer``) takes its issuer and algorithms, so that an ID-JAG is verified with the keys
Todo0 already trusts for single sign-on (ID-JAG §4.1). ``xaa_enabled`` is the connection's own switch for the
second use. ``tenant`` says for which of an issuer's companies this connection is, and both uses hold to it;
``jit_accounts`` and ``link_by_email`` say who may come to an account by either, and are off. ``single_use`` and
``max_lifetime`` are what its ID-JAGs are held to.

Deliberately does not: fold case, trim slashes or match prefixes (RFC 8414 §3.3). One connection an issuer, so
an ``iss`` never has to choose between two configurations.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.crypto import get_random_string

from todo0 import at_rest
from todo0.federation.server_rules import Tenant
from xaa.jwt_bearer.sub_id import MEMBERS

__all__ = ["Connection", "EmailDomain", "Membership", "Organization", "SamlName", "SealedClientSecret", "Tenant"]


def check_algorithms(value: str) -> None:
    """Only asymmetric algorithms: with HMAC the published key would be the signing key (RFC 8725 §3.2)."""
    unknown = set(value.split()) - {"ES256", "RS256", "PS256"}
    if unknown or not value.split():
        raise ValidationError(f"Expected one or more of ES256, RS256, PS256, found {value!r}.")


def check_saml_key(value: str) -> None:
    """``nameid`` and what goes with it; never a member that no NameID has."""
    if "nameid" not in value.split() or not set(value.split()) <= set(MEMBERS):
        raise ValidationError(f"Expected nameid and more of {', '.join(MEMBERS)}, found {value!r}.")


class SealedClientSecret(models.Model):
    """Todo0's client secret at an IdP, readable to sign in with and sealed at rest."""

    client_secret_sealed = models.TextField()

    class Meta:
        abstract = True

    @property
    def client_secret(self) -> str:
        return at_rest.unseal(self.client_secret_sealed, purpose=at_rest.CLIENT_SECRET_AT_IDP)

    @client_secret.setter
    def client_secret(self, value: str) -> None:
        self.client_secret_sealed = at_rest.seal(value, purpose=at_rest.CLIENT_SECRET_AT_IDP)


class Connection(SealedClientSecret):
    """Todo0's registration at one enterprise's IdP, and what that IdP may do here."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    issuer = models.CharField(max_length=255, unique=True)
    client_id = models.CharField(max_length=255)
    algorithms = models.CharField(max_length=40, default="ES256 RS256", validators=[check_algorithms])
    tenant = models.CharField(
        max_length=100, blank=True, help_text="Which company of an issuer of several; empty: it has one."
    )
    aud_tenant = models.CharField(
        max_length=100, blank=True, help_text="Our name for this customer, if ID-JAGs have to repeat it."
    )
    saml_issuer = models.CharField(
        max_length=500, blank=True, help_text="If its people are known here by SAML: its SAML issuer."
    )
    saml_key = models.CharField(
        max_length=100,
        default=" ".join(MEMBERS),
        validators=[check_saml_key],
        help_text="The members of a SAML name that tell people apart: all, unless its sign-in ignores some.",
    )
    active = models.BooleanField(default=True, help_text="People of this enterprise may sign in.")
    xaa_enabled = models.BooleanField(
        default=False, help_text="Apps may act for its people with ID-JAGs of its IdP."
    )
    single_use = models.BooleanField(
        default=True, help_text="An ID-JAG counts once; off: until it expires, as often as its client brings it."
    )
    max_lifetime = models.PositiveIntegerField(
        default=600, help_text="Seconds between iat and exp of an ID-JAG that are tolerated."
    )
    jit_accounts = models.BooleanField(
        default=False, help_text="An ID-JAG for somebody new makes her an account, as her first sign-in would."
    )
    link_by_email = models.BooleanField(
        default=False, help_text="Somebody new takes over the account that has her verified address."
    )

    several_organizations = models.BooleanField(
        default=False, help_text="Its people may be in more than one organization here; off: in one, as at Auth0."
    )
    apis = models.ManyToManyField(
        "resources.Api",
        related_name="connections",
        blank=True,
        help_text="At which its people may be acted for. None chosen: at none.",
    )

    class Meta:
        constraints = [
            # Kinds of tenants, which name no company (OpenID Connect Enterprise Extensions).
            models.CheckConstraint(
                condition=~models.Q(tenant__in=["personal", "organization"]), name="connection_tenant_is_a_company"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new connection is open to the APIs in use; one that comes later is open to nobody until chosen."""
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            self.apis.set(self.apis.model.objects.filter(active=True))


def new_org_id() -> str:
    return f"org_{get_random_string(16)}"


class Organization(models.Model):
    """A customer as its members see it: people of one connection, and one connection's alone.

    ``org_id`` is in the access token of a member; it says in whose name she acts, and opens nothing by itself. Of
    several of a connection one at most is joined by signing in: nobody is in two of them by accident.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="organizations")
    org_id = models.CharField(max_length=40, unique=True, default=new_org_id, editable=False)
    name = models.CharField(max_length=100)
    joins_on_sign_in = models.BooleanField(
        default=True, help_text="Whoever signs in by its connection becomes a member."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(joins_on_sign_in=True),
                name="one_organization_is_joined_by_signing_in",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="one_membership_a_member")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organization_id}"


class SamlName(models.Model):
    """A SAML name and whose account it is. An absent qualifier is empty, and part of the name all the same."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="saml_names")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saml_names")
    nameid = models.CharField(max_length=500)
    nameid_format = models.CharField(max_length=500, blank=True, default="")
    name_qualifier = models.CharField(max_length=500, blank=True, default="")
    sp_name_qualifier = models.CharField(max_length=500, blank=True, default="")
    sp_provided_id = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", *MEMBERS], name="one_account_a_saml_name")]

    def __str__(self) -> str:
        return f"{self.nameid} at {self.connection_id}"


class EmailDomain(models.Model):
    """A domain whose people are sent to this connection's IdP to sign in (home-realm discovery).

    Unique, so that no second enterprise can claim it. It only routes: an e-mail address is never an identity
    (OpenID Connect Core §5.7), but where ``link_by_email`` is on it may lead to one, once.
    """

    domain = models.CharField(max_length=253, unique=True)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="email_domains")

    def __str__(self) -> str:
        return self.domain
