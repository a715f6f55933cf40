"""What the IdP remembers of what it issued. Values are never stored, only their SHA-256.

A token family is everything that comes of one authorization: the code, its access token and the chain of refresh
tokens. It is revoked as one, because a code or an old refresh token that comes back means that somebody else
has a copy, and nobody can tell which holder is the thief (RFC 9700 §4.14.2).
"""

import uuid
from datetime import datetime

from django.db import models

from idp_mock.directory.models import App
from idp_mock.signin.models import IdpSession


class TokenFamily(models.Model):
    """One authorization: this person, in this session, let this app know this much about her.

    ``auth_time`` and ``amr`` are copied from the session when the code is issued, with the ``acr`` that answers
    what the app asked: a later sign-in moves the session's, and a refreshed ID Token must still tell of the first
    (OpenID Connect Core §12.2).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    app = models.ForeignKey(App, models.CASCADE, related_name="token_families")
    session = models.ForeignKey(IdpSession, models.CASCADE, related_name="token_families")
    scope = models.CharField(max_length=255)
    auth_time = models.DateTimeField()
    amr = models.JSONField()
    acr = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"family {self.id}"

    def revoke(self, now: datetime) -> None:
        TokenFamily.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
        self.revoked_at = self.revoked_at or now


class UsedClientAssertion(models.Model):
    """One row a client assertion that has authenticated its client. The primary key makes a second use impossible.

    ``digest`` is SHA-256 over the client and ``jti``. After ``expires_at`` the assertion's own ``exp`` refuses it.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class UsedProof(models.Model):
    """A DPoP proof that came with a token exchange, so that it counts once (RFC 9449 §11.1).

    ``digest`` is ``xaa.dpop.Proof.digest``. After ``expires_at`` the proof's own ``iat`` refuses it.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"proof used, kept until {self.expires_at:%Y-%m-%d %H:%M:%S}"


class AuthorizationCode(models.Model):
    family = models.OneToOneField(TokenFamily, models.CASCADE, related_name="code")
    code_hash = models.CharField(max_length=64, unique=True)
    redirect_uri = models.TextField()
    nonce = models.CharField(max_length=512, blank=True, default="")
    code_challenge = models.CharField(max_length=43, blank=True, default="")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"code of {self.family_id}"


class RefreshToken(models.Model):
    family = models.ForeignKey(TokenFamily, models.CASCADE, related_name="refresh_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"refresh token of {self.family_id}"

    @property
    def app(self) -> App:
        return self.family.app

    @property
    def session(self) -> IdpSession:
        return self.family.session

    @property
    def scope(self) -> str:
        return self.family.scope

    @property
    def auth_time(self) -> datetime:
        return self.family.auth_time
