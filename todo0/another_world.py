"""What Todo0 sees to when the world is reset: it keeps its first key, fetches anew, and takes no ID-JAG of before.

An access token stands on a row, which is gone; an ID-JAG on a signature, which is as good as ever. So where there
is a stage, its time decides, as after a logout (``federation.subjects``).

Deliberately does not: make a new key. The first one has been published, and others have cached it.
"""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.dispatch import receiver

from stage.kit import state
from stage.kit.signals import world_changed, world_emptied
from todo0.authserver.models import AsSigningKey
from todo0.authserver.signing_keys import load_verification_keys
from todo0.federation import subjects
from xaa.jwt_bearer.client_documents import load_client_directory
from xaa.jwt_bearer.presented import IdJag, IdJagRejected
from xaa.jwt_bearer.subjects import Newcomer
from xaa.jwt_bearer.trust import load_directory
from xaa.signin import conf


@receiver(world_emptied)
def start_again(**_signal: Any) -> None:
    """What it signed with in the old world after that, no token is good for any more: their rows are gone."""
    if first := AsSigningKey.objects.order_by("pk").first():
        AsSigningKey.objects.exclude(pk=first.pk).delete()
        AsSigningKey.objects.update(active=True)


def resolve_subject(id_jag: IdJag) -> AbstractUser | Newcomer:
    """``federation.subjects``' word, for an ID-JAG that was issued in this world. ``iat`` has whole seconds."""
    began = int(state.current().began)
    if id_jag.claims["iat"] < began:
        at = datetime.fromtimestamp(began, UTC)
        raise IdJagRejected(f"iat: expected one of this world, which began at {at:%H:%M:%S}, found an earlier one")
    return subjects.resolve_subject(id_jag)


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    for remembered in (load_directory, load_client_directory, conf.issuer_directory, load_verification_keys):
        remembered.cache_clear()
