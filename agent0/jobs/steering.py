"""What a person does to a Run: start it, allow it, stop it, try it again.

Each is one UPDATE whose WHERE states what must be true, so a double click, two tabs or a worker that is just
finishing cannot make it happen twice or undo a result.

Deliberately does not: check whose Run it is; the page did, by loading it for its user.
"""

from django.db import transaction
from django.utils import timezone

from agent0.jobs import publishing
from agent0.jobs.models import Run
from agent0.tokens.models import SigninSession


def start(session: SigninSession, *, kind: str, arguments: dict[str, str], asks_first: bool) -> Run:
    """Store the Run; the worker hears of it when the transaction has committed."""
    state = Run.State.WAITING_CONFIRMATION if asks_first else Run.State.QUEUED
    run = Run.objects.create(user_id=session.user_id, session=session, kind=kind, arguments=arguments, state=state)
    if not asks_first:
        _announce(run)
    return run


def allow(run: Run) -> None:
    if _move(run, from_states=(Run.State.WAITING_CONFIRMATION,), state=Run.State.QUEUED):
        _announce(run)


def stop(run: Run) -> None:
    """Close it as the person wishes. A worker in the middle finds its lease gone and touches nothing more."""
    closed = {
        "state": Run.State.REFUSED,
        "finished_at": timezone.now(),
        "lease_owner": "",
        "lease_expires_at": None,
    }
    if not _move(run, from_states=(Run.State.WAITING_CONFIRMATION,), outcome={"code": "cancelled"}, **closed):
        _move(run, from_states=Run.ACTIVE, outcome={"code": "stopped"}, **closed)


def try_again(run: Run, session: SigninSession) -> None:
    """The same Run once more, under the same idempotency key: it may have got through before it failed.

    Only a failure, or a refusal that a sign-in since then may have cured. Asking again after any other decision
    is a new request of the person's own.
    """
    from_states = (Run.State.FAILED, Run.State.REFUSED) if is_cured(run, session) else (Run.State.FAILED,)
    fresh = {"attempts": 0, "outcome": {}, "finished_at": None, "published_at": None, "not_before": None}
    if _move(run, from_states=from_states, state=Run.State.QUEUED, session=session, **fresh):
        run.steps.all().delete()
        _announce(run)


def is_cured(run: Run, session: SigninSession) -> bool:
    """The IdP asked for a stronger sign-in (ID-JAG §9.2), and this session began after it did."""
    asked = run.state == Run.State.REFUSED and run.outcome.get("code") == "stronger_signin"
    return bool(asked and run.finished_at and session.started_at > run.finished_at)


def _move(run: Run, *, from_states: tuple[str, ...], **values: object) -> int:
    return Run.objects.filter(uuid=run.uuid, state__in=from_states).update(**values)


def _announce(run: Run) -> None:
    transaction.on_commit(lambda: publishing.publish(run.uuid))
