"""The directory: enterprises, their people, groups and registered apps.

An enterprise is a tenant and an issuer. Everything else belongs to exactly one, and every lookup names it, so
that no row of one enterprise can answer for another (ID-JAG §6.1: the tenant comes from the subject's
membership, never from a request value).

Deliberately does not: say which app may act for whom at another app. That is ``idp_mock.policy``; the
assignment here only says who may sign in to an app. People are no ``auth.User``: an employee is a subject
with an identifier at her enterprise, not an operator of this server.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import models

from idp_mock.directory.secrets import hash_secret, new_token_value
from xaa.client_assertion import read_client_keys
from xaa.client_metadata import ClientMetadataError, check_client_url
from xaa.jose import JoseError

DEFAULT_GRANTS = ("authorization_code", "refresh_token")


def default_grant_types() -> list[str]:
    return list(DEFAULT_GRANTS)


class Enterprise(models.Model):
    """A tenant of this server: one company, one issuer, one set of keys."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    keyring = models.CharField(max_length=32, blank=True, default="")
    """Names the current state of this enterprise's keys; see ``idp_mock.keys.keystore``."""
    cross_app_access_stopped_at = models.DateTimeField(null=True, blank=True)
    """Since when no app of this enterprise gets an ID-JAG, whatever its connections say; empty: they count."""
    pairwise_salt = models.CharField(max_length=64, default=new_token_value, editable=False)
    """What pairwise subjects are hashed with (OpenID Connect Core §8.1). With another, everybody is a stranger."""

    def __str__(self) -> str:
        return self.name

    @property
    def issuer(self) -> str:
        """The issuer identifier, compared byte for byte (RFC 8414 §2): no trailing slash, ever."""
        return f"{settings.IDP_URL}/{self.slug}"


class Group(models.Model):
    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="groups")
    slug = models.SlugField()
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "slug"], name="group_slug_per_enterprise")]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """An employee. ``sub`` is what apps know her by; ``login`` (her e-mail) can change and is never a key."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="people")
    sub = models.CharField(max_length=255)
    login = models.EmailField()
    name = models.CharField(max_length=100)
    password = models.CharField(max_length=128)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    is_admin = models.BooleanField(default=False)
    tenant = models.CharField(max_length=100, blank=True, default="")
    """Which of the companies behind this issuer is hers; empty where it serves one (ID-JAG §6.1)."""
    groups = models.ManyToManyField(Group, related_name="people", blank=True)
    version = models.PositiveIntegerField(default=1)
    """Grows with every change of status or groups, so that of two admins who edit the same version one is told."""

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "sub"], name="person_sub_per_enterprise"),
            models.UniqueConstraint(fields=["enterprise", "login"], name="person_login_per_enterprise"),
            # Kinds of tenants, which no lookup may take for a company (OpenID Connect Enterprise Extensions).
            models.CheckConstraint(
                condition=~models.Q(tenant__in=["personal", "organization"]), name="person_tenant_is_a_company"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.status == self.Status.ACTIVE

    def set_password(self, password: str) -> None:
        self.password = make_password(password)

    def has_password(self, password: str) -> bool:
        return check_password(password, self.password)


class SavedChange(models.Model):
    """One saved change of a row: who, when, and both states. Never edited, never deleted by a page."""

    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]


class PersonChange(SavedChange):
    """Of a person's status or groups."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="changes")

    def __str__(self) -> str:
        return f"{self.person} v{self.version} by {self.by_name}"


class App(models.Model):
    """An OAuth client of one enterprise (RFC 6749 §2): confidential, with exact redirect URIs.

    It authenticates in the one way it is registered for: with a key, but still able to use a secret, it would be
    only as safe as the secret.
    """

    class Authentication(models.TextChoices):
        SECRET = "client_secret_basic_or_post"
        PRIVATE_KEY = "private_key_jwt"
        DOCUMENT = "client_metadata_document"
        """``private_key_jwt``, with keys and redirect URIs as the client id, a URL, says: ``client_documents``."""

    class SubjectType(models.TextChoices):
        PUBLIC = "public"
        PAIRWISE = "pairwise"

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="apps")
    client_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100)
    token_endpoint_auth_method = models.CharField(
        max_length=30, choices=Authentication.choices, default=Authentication.SECRET
    )
    secret_hash = models.CharField(max_length=128, blank=True, default="")
    jwks = models.JSONField(default=dict, blank=True)
    """The public keys of a ``private_key_jwt`` client, as a JWK Set (RFC 7517 §5)."""
    redirect_uris = models.JSONField(default=list)
    post_logout_redirect_uris = models.JSONField(default=list, blank=True)
    backchannel_logout_uri = models.CharField(max_length=500, blank=True, default="")
    """Where the app hears of sign-outs (OpenID Connect Back-Channel Logout §2.2); empty: it does not."""
    backchannel_logout_session_required = models.BooleanField(default=False)
    """It can only end sessions by their ``sid``, so no logout token comes without one."""
    grant_types = models.JSONField(default=default_grant_types)
    is_requesting_app = models.BooleanField(default=False)
    """May be given a connection to a resource app, so that it can ask for ID-JAGs (policy decides which)."""
    subject_type = models.CharField(max_length=8, choices=SubjectType.choices, default=SubjectType.PUBLIC)
    """Whether it knows people by the name that all apps know, or by one of its own; see ``subjects``."""
    id_token_signed_response_alg = models.CharField(max_length=10, default="ES256")
    may_skip_pkce = models.BooleanField(default=False)
    """DEMO ONLY: for clients that cannot do PKCE (some vendors' samples). RFC 9700 §2.1.1 wants it from all."""
    assigned_groups = models.ManyToManyField(Group, related_name="apps", blank=True)
    """Whose members may sign in to the app; none assigned means nobody."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "client_id"], name="app_client_id_per_enterprise")
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """One way to authenticate, and for keys: usable public ones. Refused here, not at the first request."""
        if self.backchannel_logout_uri and not is_absolute(self.backchannel_logout_uri):
            raise ValidationError({"backchannel_logout_uri": "Expected an absolute URL without a fragment."})
        if self.subject_type == self.SubjectType.PAIRWISE and (len(self.sectors) != 1 or "" in self.sectors):
            raise ValidationError({"subject_type": "Pairwise subjects need redirect URIs at exactly one host."})
        if self.token_endpoint_auth_method == self.Authentication.SECRET:
            if self.jwks:
                raise ValidationError(
                    {"jwks": "A client with a secret has no keys: register it for private_key_jwt."}
                )
            return
        if self.secret_hash:
            raise ValidationError({"secret_hash": "A private_key_jwt client has no secret."})
        if self.has_document and (self.jwks or self.redirect_uris):
            raise ValidationError("Keys and redirect URIs of this app stand in its own document, not here.")
        try:
            if self.has_document:
                check_client_url(self.client_id, allow_http=settings.XAA_ALLOW_PRIVATE_ADDRESSES)
            else:
                read_client_keys(self.jwks)
        except (JoseError, ClientMetadataError) as error:
            raise ValidationError(str(error)) from error

    @property
    def has_document(self) -> bool:
        return self.token_endpoint_auth_method == self.Authentication.DOCUMENT

    @property
    def sectors(self) -> set[str]:
        """The hosts of its redirect URIs: apps at one host see the same pairwise subjects."""
        return {urlsplit(uri).hostname or "" for uri in self.redirect_uris}

    def set_secret(self, secret: str) -> None:
        self.token_endpoint_auth_method, self.jwks = self.Authentication.SECRET, {}
        self.secret_hash = hash_secret(secret)

    def set_keys(self, jwks: dict[str, Any]) -> None:
        self.token_endpoint_auth_method, self.secret_hash = self.Authentication.PRIVATE_KEY, ""
        self.jwks = jwks

    def may_use(self, grant_type: str) -> bool:
        """Registered for this grant (RFC 6749 §5.2 ``unauthorized_client`` otherwise)."""
        return grant_type in self.grant_types

    def is_assigned(self, person: Person) -> bool:
        """Whether ``person`` may sign in to this app: she is in one of the groups it is assigned to."""
        if person.enterprise_id != self.enterprise_id:
            return False
        return self.assigned_groups.filter(people=person).exists()


def is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and "#" not in url and url.isprintable()
