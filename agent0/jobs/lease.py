"""The lease: one worker at a time has a Run, and a dead worker's Run comes free by itself.

Taking, renewing and closing are each one UPDATE whose WHERE states what must still be true, so two workers,
or a worker and a person pressing Stop, cannot both win; whoever comes second changes no row and is told so.
Brokers do not give back the task of a killed worker in useful time, so this table does not ask them to.

Deliberately does not: hold a database transaction while the worker talks to others. A lease is a row, not a
lock.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from agent0.jobs.models import Run
from stage.kit import state


class LeaseNotFree(Exception):
    """Another worker has this Run, its time has not come, or it is closed: nothing to do here."""


class LeaseLost(Exception):
    """This worker was too slow, or a person stopped the Run: touch nothing more."""


@dataclass(frozen=True)
class Lease:
    """``world`` is the stage's: after a reset there is another Run's row, or none, and nothing more to be done."""

    run_id: uuid.UUID
    owner: str
    world: str = ""

    def is_of_this_world(self) -> bool:
        return state.load().world == self.world

    def check_world(self) -> None:
        if not self.is_of_this_world():
            raise LeaseLost(f"Run {self.run_id} was of a world that has ended")

    def renew(self) -> None:
        """The heartbeat, before each leg: a worker that hangs in one loses the Run."""
        self._update(lease_expires_at=_lease_end(timezone.now()))

    def pin_targets(self, targets: list[dict[str, object]]) -> None:
        self._update(targets=targets)

    def close(self, state: Run.State, outcome: dict[str, object]) -> None:
        self._update(
            state=state, outcome=outcome, finished_at=timezone.now(), waiting_for="", **_NO_LEASE, not_before=None
        )

    def give_back(self, *, not_before: datetime, waiting_for: str, is_limited: bool) -> None:
        """Queue the Run again for later; ``waiting_for`` names whose answer it waits for."""
        self._update(
            state=Run.State.QUEUED,
            not_before=not_before,
            waiting_for=waiting_for,
            waits=F("waits") + int(is_limited),  # PostgreSQL adds no booleans
            published_at=None,
            **_NO_LEASE,
        )

    def _update(self, **values: object) -> None:
        self.check_world()
        mine = Run.objects.filter(uuid=self.run_id, state=Run.State.RUNNING, lease_owner=self.owner)
        if not mine.update(**values):
            raise LeaseLost(f"Run {self.run_id} is no longer this worker's")


_NO_LEASE = {"lease_owner": "", "lease_expires_at": None}


def take(run_id: uuid.UUID | str) -> Lease:
    """Take the Run if it is queued and due, or if the worker that had it has let its lease run out."""
    now = timezone.now()
    lease = Lease(uuid.UUID(str(run_id)), uuid.uuid4().hex, state.load().world)
    taken = Run.objects.filter(free(now), uuid=lease.run_id).update(
        state=Run.State.RUNNING,
        lease_owner=lease.owner,
        lease_expires_at=_lease_end(now),
        attempts=F("attempts") + 1,
        not_before=None,
        waiting_for="",
    )
    if not taken:
        raise LeaseNotFree(f"Run {run_id} is not free")
    return lease


def free(now: datetime) -> Q:
    """The condition under which any worker may take a Run."""
    due = Q(not_before=None) | Q(not_before__lte=now)
    abandoned = Q(state=Run.State.RUNNING, lease_expires_at__lte=now)
    return (Q(state=Run.State.QUEUED) & due) | abandoned


def _lease_end(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.RUN_LEASE_SECONDS)
