"""The sweeper: finds Runs that nobody works on and tells the workers again.

In the flow: a message lost by the broker, a worker killed in the middle, a Run that waits for a server to come
back: all three look the same in the Run table, and one query finds them. A thread in each worker asks every
``RUN_SWEEP_SECONDS``; a page that shows an active Run asks, too, so that a person who waits is not left waiting.

The same thread drops tokens whose time is over, once a minute, and has the tokens of ended sign-ins revoked.

Deliberately does not: run anything itself, or call a server, which could keep it from looking. It publishes ids;
the lease, or the claim of a row, decides who works.
"""

import logging
import threading
import time
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from agent0.jobs import publishing
from agent0.tokens import sessions
from stage.kit import state

logger = logging.getLogger(__name__)
_stop = threading.Event()


EXPIRY_SECONDS = 60


@worker_ready.connect
def start(**_signal: Any) -> None:
    _stop.clear()
    threading.Thread(target=_sweep_until_stopped, name="sweeper", daemon=True).start()


@worker_shutting_down.connect
def stop(**_signal: Any) -> None:
    _stop.set()


def _sweep_until_stopped() -> None:
    expiry_due_at = 0.0
    while not _stop.is_set():
        try:
            state.load()
            publishing.publish_overdue()
            publishing.publish_retired_tokens()
            if time.monotonic() >= expiry_due_at:
                sessions.drop_expired(timezone.now())
                expiry_due_at = time.monotonic() + EXPIRY_SECONDS
        except DatabaseError:
            logger.warning(
                "The sweeper could not read the database; it goes on in %s s.", settings.RUN_SWEEP_SECONDS
            )
        finally:
            connection.close()
        _stop.wait(settings.RUN_SWEEP_SECONDS)
