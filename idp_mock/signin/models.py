"""A person's sign-in session at the IdP: what the ``sid`` claim names and what sign-out ends."""

from datetime import datetime

from django.db import models

from idp_mock.directory.models import Person
from idp_mock.directory.secrets import new_token_value
from idp_mock.signin.factors import AMR_PASSWORD


def default_amr() -> list[str]:
    return list(AMR_PASSWORD)


class IdpSession(models.Model):
    """One person in one browser. Signing in again keeps the session and its ``sid``; ``auth_time`` and the factors
    are those of the latest sign-in.

    Everything issued in it stands or falls with it: once ``ended_at`` is set, its ID Tokens can no longer be
    exchanged, though they have not expired (``protocol.md`` TX-21, OI-13).
    """

    sid = models.CharField(max_length=64, unique=True, default=new_token_value)
    person = models.ForeignKey(Person, models.CASCADE, related_name="sessions")
    auth_time = models.DateTimeField()
    amr = models.JSONField(default=default_amr)
    """How she signed in at ``auth_time``, with the second factor if she gave one after it: see ``factors``."""
    second_factor_at = models.DateTimeField(null=True, blank=True)
    second_factor_refused_at = models.DateTimeField(null=True, blank=True)
    """When she said that it was not her: a question asked before is answered by it."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session of {self.person_id} since {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    def end(self, now: datetime) -> None:
        IdpSession.objects.filter(pk=self.pk, ended_at=None).update(ended_at=now)
        self.ended_at = self.ended_at or now
