"""The trace as one JSON document: each hop with its exchanges, verdicts and tokens, for programs and for keeping.

Deliberately does not: follow a standard; there is none for this. HAR has the exchanges alone.
"""

from typing import Any

from stage.recorder.exchange import Exchange, Message
from stage.recorder.hops import Hop
from stage.recorder.tokens import find_tokens
from stage.recorder.trace import Trace
from stage.recorder.words import describe_hop
from xaa.protocol import DRAFT


def as_transcript(trace: Trace) -> dict[str, Any]:
    return {
        "trace": trace.id,
        "title": trace.title,
        "person": trace.person,
        "started_at": trace.started_at.isoformat(),
        "milliseconds": trace.milliseconds,
        "verdict": trace.verdict,
        "draft": DRAFT,
        "faults": trace.faults,
        "dropped": trace.dropped,
        "hops": [_hop(hop, trace) for hop in trace.hops],
        "missing": [
            {"number": kind.number, "title": kind.title, "because": kind.absent} for kind in trace.missing
        ],
    }


def _hop(hop: Hop, trace: Trace) -> dict[str, Any]:
    return {
        "hop": hop.key,
        "title": hop.title,
        "from": hop.origin.name,
        "to": hop.target.name,
        "outcome": hop.outcome,
        "in_words": describe_hop(hop, trace),
        "exchanges": [] if hop.is_answer else [_exchange(part) for part in hop.parts],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    return {
        "at": exchange.at.isoformat(),
        "milliseconds": exchange.milliseconds,
        "method": exchange.method,
        "url": exchange.record.exchange["url"],
        "request": _message(exchange.request),
        "response": _message(exchange.response) if exchange.response else None,
        "error": exchange.error,
        "tokens": [
            {"fingerprint": one.fingerprint, "kind": one.kind, "where": one.where, "claims": one.claims}
            for one in find_tokens(exchange)
        ],
        "checks": exchange.checks,
        "redactions": exchange.redactions,
    }


def _message(message: Message) -> dict[str, Any]:
    status = {} if message.status is None else {"status": message.status}
    return status | {"headers": message.headers, "body": message.body, "size": message.size}
