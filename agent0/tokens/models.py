"""What is kept of a sign-in, and the access tokens got with it.

``SigninSession`` is one browser's sign-in of one person at one IdP. ``CachedAccessToken`` hangs on it, so that
ending the session takes everything along (RFC 9700 §4.14; OpenID Connect Back-Channel Logout §2.7). What is then
left to do is a ``RetiredToken``: to be revoked, and gone. An ID-JAG is used once, at once; only one that the
resource app had no time to look at (429) is an ``UnspentIdJag``, until its Run comes again.

Deliberately does not: hold any other ID-JAG. A fresh one is cheaper than a stored secret (ID-JAG §4.4.3).
"""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from agent0.ways import Way


class SigninSession(models.Model):
    """``subject`` is the person at ``issuer``; ``sid`` is the IdP's name for the browser session there.

    ``acr`` and ``auth_time`` are how and when she signed in there, by the IdP's own word; empty where it says
    nothing.

    ``way`` is how Agent0 reaches the resource app for this sign-in, as the settings say or the person chose.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="signin_sessions")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    sid = models.CharField(max_length=255, blank=True)
    acr = models.CharField(max_length=255, blank=True)
    auth_time = models.DateTimeField(null=True, blank=True)
    way = models.CharField(max_length=4, choices=Way, default=Way.REST)
    sealed_id_token = models.TextField(blank=True)
    sealed_refresh_token = models.TextField(blank=True)
    traceparent = models.CharField(max_length=55, blank=True)
    """The trace of this sign-in, which those of its Runs are linked to."""
    id_token_fingerprint = models.CharField(max_length=4, blank=True)
    id_token_expires_at = models.DateTimeField()
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    refresh_token_claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["issuer", "subject"], name="tokens_session_subject")]

    def __str__(self) -> str:
        return f"Sign-in {self.uuid} of user {self.user_id}"

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.ends_at

    def owner_of(self, kind: str) -> str:
        """What a token of this session is sealed for: the session, its user and person, and which token it is."""
        return " ".join((str(self.uuid), str(self.user_id), self.issuer, self.subject, kind))

    def owner_of_access_token(self, *asked: str) -> str:
        """The same for what was asked for it: resource, scope, details."""
        return self.owner_of(" ".join(("access_token", *filter(None, asked))))


class CachedAccessToken(models.Model):
    """The resource app's access token for what was *asked*; ``granted_scope`` is what came."""

    session = models.ForeignKey(SigninSession, models.CASCADE, related_name="access_tokens")
    resource = models.CharField(max_length=255)
    scope = models.CharField(max_length=255)
    details = models.CharField(max_length=500, blank=True)
    """``authorization_details`` as JSON (RFC 9396 §2), as they were asked for."""
    sealed_token = models.TextField()
    granted_scope = models.CharField(max_length=255, blank=True)
    granted_resource = models.CharField(max_length=512, blank=True)
    granted_details = models.JSONField(default=list, blank=True)
    fingerprint = models.CharField(max_length=4)
    issued_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "resource", "scope", "details"], name="tokens_one_per_request"
            )
        ]

    def __str__(self) -> str:
        return f"Access token {self.fingerprint} for {self.resource}"


class UnspentIdJag(models.Model):
    """An ID-JAG that was told to wait, for the next attempt of one Run; any other Run asks the IdP anew.

    ``resource``, ``scope`` and ``details`` are what was asked for, ``granted_...`` what came.
    """

    session = models.ForeignKey(SigninSession, models.CASCADE, related_name="unspent_id_jags")
    run = models.UUIDField()
    resource = models.CharField(max_length=255)
    scope = models.CharField(max_length=255)
    details = models.CharField(max_length=500, blank=True)
    audience = models.CharField(max_length=255)
    sealed_id_jag = models.TextField()
    granted_scope = models.CharField(max_length=255, blank=True)
    granted_resource = models.CharField(max_length=512, blank=True)
    granted_details = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "resource", "scope", "details"], name="tokens_one_id_jag_a_run")
        ]

    def __str__(self) -> str:
        return f"ID-JAG for {self.audience}, not spent"


class RetiredToken(models.Model):
    """A token of a sign-in that has ended, sealed, until its server has heard that it is over (RFC 7009).

    Of no user and no session: nobody can act with it. ``kind`` is the ``token_type_hint``; ``issuer`` is the
    server that issued it, and the only one that gets to see it.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=16)
    issuer = models.CharField(max_length=255)
    sealed_token = models.TextField()
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    give_up_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} to be revoked"

    @property
    def owner(self) -> str:
        """What it is sealed for: this row alone."""
        return f"retired {self.kind} {self.uuid}"
