"""Evil0, whom the stage plays: it has its own credentials at both servers, and they stay with it.

In the flow a fault hands it what a thief would have got hold of, over the stage's door and with the stage's key,
and it does with that what a thief would. Its own requests carry on the trace, so that they are seen in it.

Deliberately does not: fail. Where the stage does not answer, nobody steals, and the flow goes on.
"""

import logging
from typing import Any

from django.conf import settings
from opentelemetry.instrumentation.utils import suppress_instrumentation

from stage.kit import addresses, telemetry
from xaa.http import HttpFailure
from xaa.signin import conf

logger = logging.getLogger(__name__)


def redeem(assertion: str) -> None:
    """It presents ``assertion`` as its own. What comes of that is between it and the server."""
    _ask("redeem", assertion=assertion, traceparent=telemetry.current_traceparent())


def fetch_id_token() -> str:
    """One that the IdP issued to Evil0; "" where none can be had."""
    return str(_ask("id-token").get("id_token", ""))


def _ask(command: str, **body: str) -> dict[str, Any]:
    """Not recorded: handing it over is the stage's business, no part of what the parties say to one another."""
    url, key = f"{addresses.STAGE_URL}/-/evil0/{command}", {"Authorization": f"Bearer {settings.STAGE_KEY}"}
    try:
        with suppress_instrumentation():
            answer = conf.outgoing_http().request("POST", url, json=body, headers=key)
            return answer.json() if answer.status == 200 else {}
    except HttpFailure as failure:
        logger.warning("Evil0 does nothing: %s", failure.reason)
        return {}
