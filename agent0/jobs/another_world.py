"""What Agent0 sees to when the world is reset: no id of a former Run stays on the queue, nothing is remembered.

Deliberately does not: stop a Run that is under way. Its lease is gone, and its worker notices before the next leg.
"""

import logging
from typing import Any

from django.dispatch import receiver
from kombu.exceptions import ChannelError, KombuError

from agent0.celery import app
from stage.kit.signals import world_changed, world_emptied
from xaa.signin import conf

logger = logging.getLogger(__name__)


@receiver(world_emptied)
def empty_queue(**_signal: Any) -> None:
    try:
        app.control.purge()
    except (KombuError, ChannelError, OSError) as error:
        logger.warning("The queue could not be emptied: %s. What it holds names Runs that are gone.", error)


@receiver(world_changed)
def forget(**_signal: Any) -> None:
    conf.issuer_directory.cache_clear()
