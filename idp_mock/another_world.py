"""What the IdP sees to when the world is reset: an enterprise keeps its keys and nothing else.

Deliberately does not: make new keys. Everybody has cached the present ones, and would refuse what others sign.
"""

from typing import Any

from django.dispatch import receiver

from idp_mock import seed
from idp_mock.directory.client_documents import load_client_directory
from idp_mock.directory.models import Enterprise
from stage.kit.signals import world_changed, world_emptied


@receiver(world_emptied)
def start_again(**_signal: Any) -> None:
    Enterprise.objects.exclude(slug__in=seed.ENTERPRISES).delete()
    Enterprise.objects.update(cross_app_access_stopped_at=None)


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    load_client_directory.cache_clear()
