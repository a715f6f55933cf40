"""The exchanges as HTTP Archive (HAR) 1.2, which browsers' developer tools and proxies open.

Deliberately does not: split the time of an exchange. A span knows when it began and ended; all of it stands under
``wait``. HAR has no word for a verdict, so that is in the comments.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stage.recorder.exchange import Exchange, Message, parse_form
from stage.recorder.hops import Hop
from stage.recorder.message_view import phrase
from stage.recorder.trace import Trace
from stage.recorder.words import describe_hop
from xaa.protocol import DRAFT

HTTP = "HTTP/1.1"
UNKNOWN = -1  # HAR 1.2: a size that nobody counted


def as_har(trace: Trace) -> dict[str, Any]:
    entries = [_entry(part, hop, trace) for hop in trace.hops if not hop.is_answer for part in hop.parts]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "Cross App Access, flight recorder", "version": DRAFT.rpartition("-")[2]},
            "entries": sorted(entries, key=lambda entry: str(entry["startedDateTime"])),
            "comment": f"{trace.title}. Secrets and signatures were taken out where this was recorded.",
        }
    }


def _entry(exchange: Exchange, hop: Hop, trace: Trace) -> dict[str, Any]:
    return {
        "startedDateTime": exchange.at.isoformat(),
        "time": exchange.milliseconds,
        "request": _request(exchange),
        "response": _response(exchange.response),
        "cache": {},
        "timings": {"send": 0, "wait": exchange.milliseconds, "receive": 0},
        "comment": describe_hop(hop, trace),
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    message = exchange.request
    query = parse_qsl(urlsplit(exchange.target).query, keep_blank_values=True)
    request: dict[str, Any] = {
        "method": exchange.method,
        "url": exchange.record.exchange["url"],
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(message.headers),
        "queryString": _pairs(query),
        "headersSize": UNKNOWN,
        "bodySize": message.size,
    }
    if message.body:
        form = _pairs(parse_form(message))
        request["postData"] = {"mimeType": message.header("Content-Type"), "params": form, "text": message.body}
    return request


def _response(message: Message | None) -> dict[str, Any]:
    """HAR wants an answer: one that did not come has the status 0, as browsers write it."""
    status = message.status if message else 0
    return {
        "status": status,
        "statusText": phrase(status or 0),
        "httpVersion": HTTP,
        "cookies": [],
        "headers": _pairs(message.headers) if message else [],
        "content": {
            "size": message.size if message else 0,
            "mimeType": message.header("Content-Type") if message else "",
            "text": message.body if message else "",
        },
        "redirectURL": message.header("Location") if message else "",
        "headersSize": UNKNOWN,
        "bodySize": message.size if message else UNKNOWN,
    }


def _pairs(pairs: Any) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
