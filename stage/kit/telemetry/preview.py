"""A request that has not gone out yet, as it may be shown: without the secrets that its record would be without.

In the flow the live gate (``stage.kit.gate``) keeps this of each call that waits, and the stage reads it as it
reads the attributes of a span.

Deliberately does not: send it, or promise each byte. A proof or an assertion that the client signs at the last
moment is signed anew when the call goes.
"""

from functools import cache
from typing import Any

import requests

from stage.kit.telemetry.exchange import Exchange
from stage.kit.telemetry.outgoing import message_of
from stage.kit.telemetry.redaction.messages import Redactor

OF_A_REQUEST = ("data", "json", "headers", "auth")


def preview(session: requests.Session, method: str, url: str, **of_request: Any) -> dict[str, Any]:
    """The attributes that its span will have (docs/decisions/0009); empty for what can never be sent."""
    wanted = {name: of_request[name] for name in OF_A_REQUEST if of_request.get(name)}
    try:
        prepared = session.prepare_request(requests.Request(method, url, **wanted))
    except (requests.RequestException, ValueError):
        return {}
    exchange = Exchange(method, prepared.path_url, message_of(prepared))
    told = {"http.request.method": method, "url.full": _redactor().address(prepared.url or "")}
    return told | _redactor().attributes_of(exchange)


@cache
def _redactor() -> Redactor:
    return Redactor()
