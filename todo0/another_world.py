"""What Todo0 sees to when the world is reset: what this process has fetched from others is fetched anew.

Deliberately does not: forget keys of its own. They outlive a reset, since others have cached them.
"""

from typing import Any

from django.dispatch import receiver

from stage.kit.signals import world_changed
from xaa.jwt_bearer.client_documents import load_client_directory
from xaa.jwt_bearer.trust import load_directory
from xaa.signin import conf


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    for directory in (load_directory, load_client_directory, conf.issuer_directory):
        directory.cache_clear()
