"""The admin's word: which app may act for whom at which other app, with which scopes, and who changed that when.

In the flow this is what token exchange asks after it knows the person (ID-JAG §4.3.3). There is no row for
"nobody said anything", and no row means no.

Deliberately does not: decide. The rules over these rows are pure functions in ``decide.py``.
"""

from typing import Final

from django.db import models
from django.db.models import Q

from idp_mock.directory.models import App, Enterprise, Group, Person, SavedChange

MONTHLY_QUOTA: Final = 250
"""Okta's, for a user and a resource app."""


class ResourceApp(models.Model):
    """An app that others may act at: its own registration here, and what its authorization server is called.

    ``issuer`` is the one audience of an ID-JAG for it, compared byte for byte (ID-JAG §4.3). ``resources`` are
    the APIs that this authorization server governs, so that no ID-JAG names one server and another's API.
    """

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="resource_apps")
    app = models.OneToOneField(App, models.CASCADE, related_name="resource_app")
    issuer = models.CharField(max_length=500)
    resources = models.JSONField(default=list)
    scopes = models.JSONField(default=list)
    """``[{"scope": "todos.read", "words": "Read todos"}]``: the scopes it has, and what each lets an app do."""
    details_types = models.JSONField(default=list, blank=True)
    """The types of ``authorization_details`` it understands (RFC 9396 §2), as ``details`` reads them:
    ``[{"type": ..., "actions": [{"action": "read", "scope": "todos.read", "words": ...}], "conditions": []}]``."""
    tenants = models.JSONField(default=dict, blank=True)
    """``{"acme": "org_7"}``: what it calls each of our companies, if it has tenants; see ``tenants``."""
    client_ids_are_per_tenant = models.BooleanField(default=False)
    """Whether its clients have an id in each tenant and not one for all (ID-JAG §6.2)."""
    version = models.PositiveIntegerField(default=1)
    """Grows with every change by an admin, so that of two who edit the same version one is told."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "issuer"], name="one_resource_app_per_issuer")
        ]

    def __str__(self) -> str:
        return self.app.name

    @property
    def scope_names(self) -> tuple[str, ...]:
        return tuple(entry["scope"] for entry in self.scopes)

    def words_for(self, scope: str) -> str:
        """What ``scope`` lets an app do, in plain words; the scope itself when nobody wrote any."""
        return next((entry["words"] for entry in self.scopes if entry["scope"] == scope), scope)


class CrossAppConnection(models.Model):
    """One cell of the admin's matrix: ``requesting_app`` may get ID-JAGs for ``resource_app``, on these terms."""

    class ScopeCondition(models.TextChoices):
        ANY = "any", "Any scope of the resource app"
        ONLY = "only", "Only the scopes chosen"
        NOT = "not", "Any scope except those chosen"

    class ResourceCondition(models.TextChoices):
        ANY = "any", "Any API of the resource app"
        ONLY = "only", "Only the APIs chosen"

    enterprise = models.ForeignKey(Enterprise, models.CASCADE, related_name="connections")
    requesting_app = models.ForeignKey(App, models.CASCADE, related_name="connections")
    resource_app = models.ForeignKey(ResourceApp, models.CASCADE, related_name="connections")
    is_on = models.BooleanField(default=False)
    on_since = models.DateTimeField(null=True, blank=True)
    groups = models.ManyToManyField(Group, related_name="connections", blank=True)
    """Whose members the app may act for. None chosen means nobody."""
    scope_condition = models.CharField(max_length=4, choices=ScopeCondition.choices, default=ScopeCondition.ONLY)
    scopes = models.JSONField(default=list, blank=True)
    default_scopes = models.JSONField(default=list, blank=True)
    """Granted when the request names no scope: these or none, never all (``protocol.md`` TX-28)."""
    resource_condition = models.CharField(
        max_length=4, choices=ResourceCondition.choices, default=ResourceCondition.ANY
    )
    resources = models.JSONField(default=list, blank=True)
    withheld_actions = models.JSONField(default=list, blank=True)
    """Actions of the resource app's ``details_types`` that the app may not take, whatever its scopes say."""
    client_id_at_resource_as = models.CharField(max_length=255, blank=True)
    """The requesting app's name at the resource app's authorization server, which may differ from its name here
    (ID-JAG §5). Without it there is no ID-JAG."""
    client_ids_by_tenant = models.JSONField(default=dict, blank=True)
    """``{"org_7": "agent0-in-org-7"}``: the same for each of its tenants, where that is how it counts clients."""
    lifetime = models.PositiveIntegerField(default=300)
    """Seconds until an ID-JAG expires. Short, because its redemption needs one request, not an afternoon."""
    max_authentication_age = models.PositiveIntegerField(null=True, blank=True)
    """Seconds since the person last proved who she is; empty asks for nothing (ID-JAG §9.2)."""
    second_factor_scopes = models.JSONField(default=list, blank=True)
    """Those that are granted only after a sign-in with a second factor; the others need none."""
    monthly_quota = models.PositiveIntegerField(default=MONTHLY_QUOTA, null=True, blank=True)
    """ID-JAGs for one person at the resource app in one calendar month, whichever app asks; empty: any number."""
    agent_id = models.CharField(max_length=100, blank=True)
    """The AI agent that the requesting app is, as ID-JAGs name it in ``act`` (ID-JAG §9.7); empty: it is none."""
    version = models.PositiveIntegerField(default=1)
    """Grows with every change, so that of two admins who edit the same version one is told."""
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requesting_app", "resource_app"], name="one_connection_per_pair"),
            models.CheckConstraint(
                condition=Q(lifetime__gte=30, lifetime__lte=300), name="id_jag_lives_30_to_300_seconds"
            ),
        ]
        ordering = ["requesting_app__name", "resource_app__app__name"]

    def __str__(self) -> str:
        return f"{self.requesting_app.name} at {self.resource_app.app.name}"


class Change(SavedChange):
    """Of a connection."""

    connection = models.ForeignKey(CrossAppConnection, models.CASCADE, related_name="changes")

    def __str__(self) -> str:
        return f"{self.connection} v{self.version} by {self.by_name}"


class ResourceAppChange(SavedChange):
    """Of a resource app as a resource server: its issuer, APIs and scopes, and what it calls us."""

    resource_app = models.ForeignKey(ResourceApp, models.CASCADE, related_name="changes")

    def __str__(self) -> str:
        return f"{self.resource_app} v{self.version} by {self.by_name}"
