"""What each check said, as an event ``xaa.check`` on the span that was current when it said it.

In the flow: ``xaa.checks`` logs one record a verdict, most of them at DEBUG. A handler above the loggers of the
runs hears all of them; what was printed before is printed still, and nothing more.

Deliberately does not: know any check. A verdict is five words by the runner, and never holds a token.
"""

import logging
from typing import Final

from opentelemetry import trace

EVENT: Final = "xaa.check"
LOGGERS: Final = ("xaa", "todo0", "idp_mock")
"""Above all that a ``CheckRun`` is given."""


def listen() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.addHandler(VerdictEvents(logger))
        logger.setLevel(logging.DEBUG)
        logger.propagate = False


class VerdictEvents(logging.Handler):
    """On ``logger``, which now speaks of everything; those above it hear what they would have heard without us."""

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        verdict = getattr(record, "verdict", None)
        if verdict is not None:
            trace.get_current_span().add_event(EVENT, verdict._asdict())
        above = self._logger.parent
        if above is not None and record.levelno >= above.getEffectiveLevel():
            above.callHandlers(record)
