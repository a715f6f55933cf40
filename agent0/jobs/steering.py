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
from stage.kit import telemetry
from xaa.client import SignInDemand
from xaa.signin import conf


def start(session: SigninSession, *, kind: str, arguments: dict[str, str], asks_first: bool) -> Run:
    """Store the Run; the worker hears of it when the transaction has committed."""
    run = Run.objects.create(
        user_id=session.user_id,
        session=session,
        kind=kind,
        way=session.way,
        arguments=arguments,
        state=Run.State.WAITING_CONFIRMATION if asks_first else Run.State.QUEUED,
        **_begin_trace(session),
    )
    if not asks_first:
        _announce(run)
    return run


def allow(run: Run, session: SigninSession) -> None:
    moved = {"state": Run.State.QUEUED, **_begin_trace(session)}
    if _move(run, from_states=(Run.State.WAITING_CONFIRMATION,), **moved):
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
    stepped_up = is_cured(run, session)
    from_states = (Run.State.FAILED, Run.State.REFUSED) if stepped_up else (Run.State.FAILED,)
    fresh = {
        "stepped_up": stepped_up or run.stepped_up,
        "attempts": 0,
        "waits": 0,
        "outcome": {},
        "finished_at": None,
        "published_at": None,
        "not_before": None,
        **_begin_trace(session),
    }
    if _move(run, from_states=from_states, state=Run.State.QUEUED, session=session, **fresh):
        run.steps.all().delete()
        _announce(run)


def is_cured(run: Run, session: SigninSession) -> bool:
    """Somebody asked for a stronger sign-in (ID-JAG §9.2, RFC 9470 §4); this session began with one after that.

    Looked up in what the IdP said of it: whoever opened the sign-in may have left the demand out. Once for a Run.
    """
    asked = run.state == Run.State.REFUSED and run.outcome.get("code") == "stronger_signin"
    if not asked or run.stepped_up or run.finished_at is None or session.started_at <= run.finished_at:
        return False
    demand = SignInDemand(run.outcome.get("max_age"), run.outcome.get("acr_values", ""))
    return demand.is_met_by(
        acr=session.acr,
        auth_time=session.auth_time.timestamp() if session.auth_time else None,
        now=timezone.now().timestamp(),
        leeway=conf.leeway(),
    )


def _move(run: Run, *, from_states: tuple[str, ...], **values: object) -> int:
    return Run.objects.filter(uuid=run.uuid, state__in=from_states).update(**values)


def _begin_trace(session: SigninSession) -> dict[str, str]:
    """The request under way has a trace of its own: it follows from the sign-in's, and the Run goes on in it."""
    telemetry.link_to(session.traceparent)
    return {"traceparent": telemetry.current_traceparent()}


def _announce(run: Run) -> None:
    transaction.on_commit(lambda: publishing.publish(run.uuid))
