"""Publishing a Run's id to the worker, and living with a broker that does not take it.

In the flow: the page has stored the Run; this puts its id on the queue. When the queue folder is full,
unwritable or Redis is away, the Run stays queued and says so, and the sweeper publishes it when the broker is
back.

Deliberately does not: put anything but the id on the wire. A queue folder is no place for a person's words.
"""

import logging
import uuid
from datetime import datetime, timedelta

from celery import Task
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import ChannelError, KombuError

from agent0.jobs import lease
from agent0.jobs.models import Run
from agent0.tokens import retired
from stage.kit import telemetry

logger = logging.getLogger(__name__)

WAITING_FOR_QUEUE = "queue"


class QueueUnavailable(Exception):
    """The broker did not take the message; the Run is stored and waits."""


def publish(run_id: uuid.UUID, *, traceparent: str = "") -> None:
    """Tell the workers of this Run, unless somebody just did: claimed in one UPDATE, so sweepers do not add up.

    Without a ``traceparent`` it goes on in the trace that is under way, which is that of whoever asked for it.
    """
    from agent0.jobs.tasks import run_job

    now = timezone.now()
    if not Run.objects.filter(_unannounced(now), uuid=run_id).update(published_at=now):
        return
    queued = Run.objects.filter(uuid=run_id, state=Run.State.QUEUED)
    try:
        with telemetry.going_on_from(traceparent):
            _send(run_job, run_id)
    except QueueUnavailable as error:
        logger.warning("Run %s waits, the queue does not take it: %s", run_id, error)
        queued.update(published_at=None, waiting_for=WAITING_FOR_QUEUE)
    else:
        queued.filter(waiting_for=WAITING_FOR_QUEUE).update(waiting_for="")


def publish_overdue(**of: object) -> None:
    """Publish what a worker could take and none was told of lately: never published, or the message was lost."""
    overdue = Run.objects.filter(_unannounced(timezone.now()), **of).order_by("created_at")
    for run_id, traceparent in list(overdue.values_list("uuid", "traceparent")[:100]):
        publish(run_id, traceparent=traceparent)


def publish_retired_tokens() -> None:
    """Hand the tokens of ended sign-ins to whoever revokes them; what the queue does not take comes up again."""
    from agent0.jobs.tasks import revoke_token

    for row_id in retired.claim_due(timezone.now()):
        try:
            _send(revoke_token, row_id)
        except QueueUnavailable as error:
            logger.warning("A token waits to be revoked, the queue does not take it: %s", error)


def _unannounced(now: datetime) -> Q:
    lost = Q(published_at__lte=now - timedelta(seconds=settings.RUN_PICKUP_SECONDS))
    since_abandoned = Q(state=Run.State.RUNNING, published_at__lte=F("lease_expires_at"))
    return lease.free(now) & (Q(published_at=None) | lost | since_abandoned)


def _send(task: Task, row_id: uuid.UUID) -> None:
    try:
        task.apply_async((str(row_id),), retry=False)
    except (KombuError, ChannelError, OSError, ValueError) as error:
        raise QueueUnavailable(f"{type(error).__name__}: {error}"[:200]) from error
