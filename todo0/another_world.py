"""What Todo0 sees to when the world is reset: it keeps its first key, and fetches anew what it had fetched.

Deliberately does not: make a new key. The first one has been published, and others have cached it.
"""

from typing import Any

from django.dispatch import receiver

from stage.kit.signals import world_changed, world_emptied
from todo0.authserver.models import AsSigningKey
from todo0.authserver.signing_keys import load_verification_keys
from xaa.jwt_bearer.client_documents import load_client_directory
from xaa.jwt_bearer.trust import load_directory
from xaa.signin import conf


@receiver(world_emptied)
def start_again(**_signal: Any) -> None:
    """What it signed with in the old world after that, no token is good for any more: their rows are gone."""
    if first := AsSigningKey.objects.order_by("pk").first():
        AsSigningKey.objects.exclude(pk=first.pk).delete()
        AsSigningKey.objects.update(active=True)


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    for remembered in (load_directory, load_client_directory, conf.issuer_directory, load_verification_keys):
        remembered.cache_clear()
