"""What Evil0 sent, as the recorder has it of everybody: redacted first, and in the trace that it stole from.

In the flow the stage keeps the evidence and is no party, so it instruments nothing of its own. What it does as
Evil0 becomes one record here, whose span is the caller of what Todo0 records of the same request.

Deliberately does not: hold what was sent any longer than it takes to redact it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from requests import PreparedRequest, Response

from stage.kit import state
from stage.kit.telemetry.exchange import Body, Exchange, Message
from stage.kit.telemetry.outgoing import message_of, received_by
from stage.kit.telemetry.redaction.messages import Redactor
from stage.recorder.models import Record
from stage.recorder.spans import read_exchange

PLACE: Final = "evil0"


@dataclass
class Witness:
    """One request of Evil0's, from ``traceparent``, under which it was stolen, to its answer."""

    traceparent: str
    span_id: str = field(default_factory=lambda: secrets.token_hex(8))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def headers(self) -> dict[str, str]:
        """What carries the trace on: the callee's span is a child of ours."""
        return {"traceparent": f"{self.traceparent[:36]}{self.span_id}-01"} if self.traceparent else {}

    def record(self, request: PreparedRequest, answer: Response | None) -> None:
        """Nothing without a trace: nobody would find it."""
        if not self.traceparent:
            return
        trace, caller = self.traceparent[3:35], self.traceparent[36:52]
        exchange = Exchange(request.method or "", request.path_url, message_of(request))
        if answer is not None:
            exchange.status = answer.status_code
            exchange.response = Message(received_by(answer), Body(answer.content))
        said = Redactor().attributes_of(exchange)
        said |= {"http.request.method": request.method, "url.full": request.url}
        Record.objects.create(
            trace_id=trace,
            span_id=self.span_id,
            parent_span_id=caller,
            place=PLACE,
            kind=Record.Kind.CLIENT,
            name=f"{request.method} {request.path_url}"[:200],
            started_at=self.began,
            ended_at=datetime.now(UTC),
            exchange=read_exchange(said),
            faults=list(state.read().strike(trace)),
        )
