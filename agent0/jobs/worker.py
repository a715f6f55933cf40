"""The worker's part: take the Run, act for the person, close the Run or give it back for later.

In the flow, top to bottom: is the sign-in still there; over MCP, who guards it; is there an access token, else get
one; may it do what the action needs; act; close. Every write about the Run goes through its lease, so a worker
that was too slow, or whose Run a person stopped, changes nothing more.

Deliberately does not: retry inside. Another attempt is another taking of the lease, later, perhaps by another
worker.
"""

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from agent0.jobs import actions, cross_app, patience, verdicts
from agent0.jobs.asked import Asked, asked_for
from agent0.jobs.details import do_allow, in_words
from agent0.jobs.lease import Lease, LeaseLost
from agent0.jobs.models import Run
from agent0.jobs.steps import StepRecorder
from agent0.tokens.sessions import load_live_session
from agent0.tokens.subject import SubjectSource
from stage.kit import state
from xaa.authorization_details import dump_details
from xaa.client import AccessToken, CrossAppSession

logger = logging.getLogger(__name__)


def work(lease: Lease) -> None:
    """One attempt. Database errors get out: nothing could be written, and the lease runs out by itself."""
    run = Run.objects.get(uuid=lease.run_id)
    subject = SubjectSource(session_id=run.session_id, user_id=run.user_id)
    steps = StepRecorder(run, lease, subject)
    try:
        if not patience.has_tries_left(run):
            lease.close(Run.State.FAILED, {"code": "worker_died"})
            return
        lease.close(Run.State.DONE, _act(run, lease, steps, subject))
        logger.info("Run %s done", run.uuid)
    except LeaseLost:
        logger.info("Run %s is no longer this worker's", run.uuid)
    except DatabaseError:
        if lease.is_of_this_world():
            raise
        logger.info("Run %s was of a world that has ended", run.uuid)
    except Exception as error:
        _close_or_give_back(run, lease, steps, error)
    finally:
        subject.release()


def _act(run: Run, lease: Lease, steps: StepRecorder, subject: SubjectSource) -> dict[str, Any]:
    load_live_session(run.session_id, user_id=run.user_id)
    actions.check_offered(run)
    issuer = cross_app.discover_guard(run, observe=steps)
    steps.look_for_token()
    session = cross_app.open_session(run, issuer, subject=subject, observe=steps)
    asked = asked_for(run)
    if settings.ASK_EACH_TIME and not state.current().keeps_tokens and run.attempts == 1:
        # What the admin decided since the last request counts for this one (docs/decisions/0005).
        session.cache.drop(asked.key_of(session))
    token = _obtain_token(session, asked, steps)
    _check_actions(token, run, steps)
    todo_list = cross_app.open_todo_list(run, session, asked)
    return actions.perform(run, lease, todo_list) | {"granted": " ".join(token.scope)}


def _obtain_token(session: CrossAppSession, asked: Asked, steps: StepRecorder) -> AccessToken:
    """A token that may do all of the scope, or ``ScopeNarrowed``: compare before use (RFC 6749 §5.1).

    A narrowed token from the cache is not used again: whoever narrowed it may have changed their mind since.
    """
    scope = asked.scope
    token, is_new = session.load_access_token(**asked._asdict())
    if not is_new and not set(scope) <= set(token.scope):
        session.cache.drop(asked.key_of(session))
        token, is_new = session.load_access_token(**asked._asdict())
    if not is_new:
        steps.found_token(token)
    if not set(scope) <= set(token.scope):
        by = "resource" if set(scope) <= set(steps.scope_of_id_jag) else "idp"
        raise verdicts.ScopeNarrowed(by=by, asked=" ".join(scope), granted=" ".join(token.scope))
    return token


def _check_actions(token: AccessToken, run: Run, steps: StepRecorder) -> None:
    """The same for the details, which are as good as a smaller scope (RFC 9396 §7)."""
    if not do_allow(token.details, run):
        by = "resource" if do_allow(steps.details_of_id_jag, run) else "idp"
        raise verdicts.ActionsNarrowed(by=by, granted=in_words(dump_details(token.details)))


def _close_or_give_back(run: Run, lease: Lease, steps: StepRecorder, error: Exception) -> None:
    verdict = verdicts.judge_for(run, error)
    code = verdict.outcome["code"]
    if code == "agent0_error":
        logger.error("Run %s failed inside Agent0", run.uuid, exc_info=error)
    try:
        steps.fail(verdict.outcome.get("reason", code))
        pause = patience.find_pause(run, verdict)
        if pause is not None:
            later = timezone.now() + pause
            lease.give_back(not_before=later, waiting_for=code, is_limited=verdict.is_limited)
        else:
            lease.close(verdict.state, verdict.outcome)
        logger.info("Run %s attempt %s: %s", run.uuid, run.attempts, code)
    except LeaseLost:
        logger.info("Run %s is no longer this worker's", run.uuid)
