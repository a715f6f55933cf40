"""Writing down the legs of a Run as they happen, for the page that is watching.

In the flow: ``xaa.client`` tells of every leg it starts, passes or fails; each becomes a Step. Before a leg
starts the lease is renewed, which is the worker's heartbeat and its last chance to learn that the Run is no
longer its own.

Deliberately does not: see a token. Events carry fingerprints, scopes and reasons.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from django.db import DatabaseError

from agent0.jobs.details import in_words
from agent0.jobs.lease import Lease
from agent0.jobs.models import Run, Step
from agent0.tokens.subject import SubjectSource
from xaa.authorization_details import Details, dump_details, parse_details
from xaa.client import AccessToken, Event
from xaa.fingerprint import fingerprint

STEP_OF_LEG: Final = {
    "discovery": Step.Name.DISCOVER,
    "token exchange": Step.Name.ASK_IDP,
    "redemption": Step.Name.PRESENT,
    "api call": Step.Name.CALL_API,
}


class StepRecorder:
    """``observe`` of one ``CrossAppSession``, for one attempt at one Run."""

    def __init__(self, run: Run, lease: Lease, subject: SubjectSource) -> None:
        self._run = run
        self._lease = lease
        self._subject = subject
        self._step: Step | None = None
        self._begun_at = 0.0
        self.scope_of_id_jag: tuple[str, ...] = ()
        self.details_of_id_jag: Details = ()

    def __call__(self, event: Event) -> None:
        self._lease.check_world()
        if event.phase == "started":
            self._start_leg(event)
            return
        if event.leg == "token exchange":
            self._subject.release()
        self._close(passed=event.phase == "passed", **self._read_facts(event))

    def look_for_token(self) -> None:
        self._begin(Step.Name.NEED_TOKEN)

    def found_token(self, token: AccessToken) -> None:
        """The cache had one, so there is no exchange to tell of."""
        chip = _chip("access-token", f"AT-{fingerprint(token.value)}")
        told = _actions("actions_granted", {"details": dump_details(token.details)})
        self._close(passed=True, found=True, granted=" ".join(token.scope), chips=[chip], **told)

    def fail(self, reason: str) -> None:
        """Close the leg that broke, if it did not say so itself."""
        if self._step and self._step.state == Step.State.RUNNING:
            self._close(passed=False, reason=reason)

    def _start_leg(self, event: Event) -> None:
        self._lease.renew()
        name = STEP_OF_LEG[event.leg]
        if self._step and self._step.name == Step.Name.NEED_TOKEN and self._step.state == Step.State.RUNNING:
            self._close(passed=True, found=False)
        if self._step and self._step.name == name == Step.Name.CALL_API:
            return  # one Step for the calls of one Run, however many pages or deletions they are
        asked = {"asked": event.facts["scope"]} if "scope" in event.facts else {}
        self._begin(name, **asked, **_actions("actions_asked", event.facts))

    def _begin(self, name: Step.Name, **detail: Any) -> None:
        ordinal = self._step.ordinal + 1 if self._step else 1
        self._begun_at = time.monotonic()
        self._step = Step.objects.create(
            run=self._run, attempt=self._run.attempts, ordinal=ordinal, name=name, detail=detail
        )

    def _close(self, *, passed: bool, **detail: Any) -> None:
        step = self._step
        if step is None:
            return
        step.state = Step.State.PASSED if passed else Step.State.FAILED
        calls = {"calls": step.detail.get("calls", 0) + 1} if step.name == Step.Name.CALL_API else {}
        step.detail = step.detail | calls | detail
        step.milliseconds = round((time.monotonic() - self._begun_at) * 1000)
        try:
            step.save(update_fields=["state", "detail", "milliseconds"])
        except DatabaseError:
            self._lease.check_world()  # a reset has taken the row
            raise

    def _read_facts(self, event: Event) -> dict[str, Any]:
        facts = event.facts
        if event.phase == "failed":
            return {"reason": facts.get("reason") or f"status {facts.get('status', 'unknown')}"}
        if event.leg == "token exchange":
            self.scope_of_id_jag = tuple(facts["scope"].split())
            self.details_of_id_jag = parse_details(facts["details"]) if "details" in facts else ()
            jag = _chip("id-jag", f"JAG-{facts['fingerprint']}")
            if "kept" in facts:
                return {"granted_by_idp": facts["scope"], "chips": [jag], "kept": True}
            return {"granted_by_idp": facts["scope"], "chips": [_chip("id-token", self._subject.presented), jag]}
        if event.leg == "discovery":
            return {"guarded_by": facts["issuer"]}
        if event.leg == "redemption":
            chip = _chip("access-token", f"AT-{facts['fingerprint']}")
            return {"granted": facts["scope"], "chips": [chip], **_actions("actions_granted", facts)}
        return {"status": facts["status"]}


def _actions(name: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The actions of the details that an event tells of, if it does."""
    words = in_words(facts.get("details", ""))
    return {name: words} if words else {}


def _chip(kind: str, text: str) -> dict[str, str]:
    return {"kind": kind, "text": text}
