"""What came of a run: the first check that was not green, what went over the wire, and whether that was expected.

In the flow this reads the trace that the recorder has of it, as far as it has come. The registry's row says what
the first red check, the status and the error have to be; the page shows both, and the flow suite compares them.

Deliberately does not: judge by what the fault was meant to do. What was recorded is what happened.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from stage.kit.registry.checks import Check, load_checks
from stage.kit.registry.faults import Fault
from stage.recorder.hops import Hop
from stage.recorder.models import Record
from stage.recorder.trace import NoSuchTrace, load_trace

WORK: Final = "agent0.run_job"


@dataclass(frozen=True)
class Finding:
    """``number`` is empty where no check is to blame, ``status`` 0 where nobody answered."""

    outcome: Literal["failed", "narrowed", "transport", "none", "pending"]
    number: str = ""
    note: str = ""
    status: int = 200
    error: str = ""
    hop: str = ""

    @property
    def check(self) -> Check | None:
        return load_checks().get(self.number)

    @property
    def wire(self) -> str:
        return f"{self.status} {self.error}".strip() if self.status else "no answer"

    def is_as_told(self, fault: Fault) -> bool:
        told = (fault.outcome, fault.trips, fault.status, fault.error)
        return (self.outcome, self.number, self.status, self.error) == told


NOTHING: Final = Finding("none")
PENDING: Final = Finding("pending")
PATIENCE: Final = timedelta(seconds=3)
"""How long the two sides of one exchange may come apart. Somebody else's server never tells its side."""


def find(trace_id: str) -> Finding:
    """The first thing that was not as ever; ``NOTHING`` where all was, ``PENDING`` while that is not known yet."""
    try:
        trace = load_trace(trace_id)
    except NoSuchTrace:
        return PENDING
    otherwise = NOTHING if any(is_work(record) for record in trace.records) else PENDING
    return next(_read(trace.hops), otherwise)


def is_work(record: Record) -> bool:
    """Agent0's worker has done what it could for one request, for now: the last that is recorded of it."""
    return record.kind == Record.Kind.CONSUMER and record.attributes.get("celery.task_name") == WORK


def _read(hops: Iterable[Hop]) -> Iterator[Finding]:
    """In the order of the hops. What a server has not told yet could be the first thing that was odd."""
    for hop in hops:
        if _is_half_told(hop):
            yield PENDING
        elif hop.outcome == "no answer":
            yield Finding("transport", status=0, hop=hop.key)
        elif hop.outcome == "failed" and (check := hop.failed_check):
            status, error = hop.lead.status or 0, _error_of(hop)
            yield Finding("failed", check["number"], check["note"], status, error, hop.key)
        elif hop.outcome == "failed":
            yield Finding("transport", status=hop.lead.status or 0, error=_error_of(hop), hop=hop.key)
        elif hop.outcome == "narrowed":
            check = next(check for check in hop.lead.checks if check["outcome"] == "narrowed")
            yield Finding("narrowed", check["number"], check["note"], hop.lead.status or 0, hop=hop.key)


def _is_half_told(hop: Hop) -> bool:
    """The caller has told of it, and the callee, whose checks they are, has not."""
    lead = hop.lead
    has_answer = lead.status is not None and lead.status < 500
    return has_answer and lead.server is None and datetime.now(UTC) - lead.record.ended_at < PATIENCE


def _error_of(hop: Hop) -> str:
    """The code in the answer's JSON (RFC 6749 §5.2); "" where there is none."""
    try:
        said = json.loads(hop.lead.response.body if hop.lead.response else "")
    except ValueError:
        return ""
    return str(said.get("error", "")) if isinstance(said, dict) else ""
