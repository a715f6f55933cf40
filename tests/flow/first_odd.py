"""The first thing in a flow that was not as ever, read by this suite itself from all verdicts of the flow's trace.

The page *Break it* judges by ``stage.faults.findings``; this is held beside it, and shares with it nothing but the
evidence: every exchange in the order of the clock, and every verdict in the order in which it fell.
"""

import json
from typing import Any, NamedTuple

from tests.flow.demo import Demo, wait_for
from tests.flow.visitor import Visitor


class Odd(NamedTuple):
    """As a row of the registry says it: by which check, and what the request was answered."""

    outcome: str
    check: str = ""
    status: int = 200
    error: str = ""


def read_exchanges(visitor: Visitor, demo: Demo, trace: str) -> list[dict[str, Any]]:
    """Those of the numbered hops, as the stage's export has them; none while the stage has heard nothing."""
    url = f"{demo.url('stage')}/recorder/traces/{trace}/export/json"
    answer = visitor.session.get(url, timeout=30)
    if answer.status_code == 404:
        return []
    found = [one for hop in answer.json()["hops"] for one in hop["exchanges"]]
    return sorted(found, key=lambda one: str(one["at"]))


def wait_until_told(visitor: Visitor, demo: Demo, trace: str) -> list[dict[str, Any]]:
    def look() -> list[dict[str, Any]]:
        exchanges = read_exchanges(visitor, demo, trace)
        return exchanges if exchanges and is_told_whole(exchanges) else []

    return list(wait_for(look, "the stage has not heard of all", patience=20))


def first_odd(exchanges: list[dict[str, Any]]) -> Odd:
    odds = (odd for odd in map(_judge, exchanges) if odd.outcome != "none")
    return next(odds, Odd("none"))


def is_told_whole(exchanges: list[dict[str, Any]]) -> bool:
    """Something was odd, or the API was called in the end; and each server has told what it thought."""
    is_over = first_odd(exchanges).outcome != "none" or any(map(_is_the_call, exchanges))
    return is_over and all(one["checks"] for one in exchanges if _status_of(one) and _is_decided_by_checks(one))


def _judge(exchange: dict[str, Any]) -> Odd:
    status = _status_of(exchange)
    if not status:
        return Odd("transport", status=0)
    if _is_the_question(exchange):
        return Odd("none")
    unusual = [one for one in exchange["checks"] if one["outcome"] != "passed"]
    if unusual:
        return Odd(unusual[0]["outcome"], unusual[0]["number"], status, _error_of(exchange))
    return Odd("transport", "", status, _error_of(exchange)) if status >= 400 else Odd("none")


def _is_the_question(exchange: dict[str, Any]) -> bool:
    """How the flow begins: Agent0 calls the API without a token, to be told who guards it (RFC 9728 §5)."""
    is_without = "authorization" not in {name.lower() for name, _ in exchange["request"]["headers"]}
    return (
        is_without and _status_of(exchange) == 401 and [one["number"] for one in exchange["checks"]][:1] == ["A1"]
    )


def _is_decided_by_checks(exchange: dict[str, Any]) -> bool:
    path = exchange["url"].partition("?")[0]
    is_exchange = "token-exchange" in exchange["request"]["body"]
    return (is_exchange or path.endswith(("/oauth/token", "/api/todos"))) and _status_of(exchange) < 500


def _is_the_call(exchange: dict[str, Any]) -> bool:
    return exchange["url"].partition("?")[0].endswith("/api/todos") and _status_of(exchange) < 300


def _status_of(exchange: dict[str, Any]) -> int:
    return int((exchange["response"] or {}).get("status", 0))


def _error_of(exchange: dict[str, Any]) -> str:
    try:
        return str(json.loads(exchange["response"]["body"]).get("error", ""))
    except (ValueError, AttributeError):
        return ""
