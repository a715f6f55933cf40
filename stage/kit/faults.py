"""What the parties' faults stand on: whether one strikes here and now, and how real rows are bent and put back.

In the flow a party's own ``faults`` are imported where there is a stage, and nowhere else (``FAULTS`` in its
settings, read by ``KitConfig``). They hang themselves into signals and hooks; the product's code never names them.

Deliberately does not: decide what is armed. The stage does, and ``stage.kit.state`` holds it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

from stage.kit import state, telemetry
from stage.kit.models import Found
from stage.kit.signals import faults_changed
from stage.kit.state import StageState

logger = logging.getLogger(__name__)
Rows = dict[str, Any]

request_arrived = Signal()
"""Sent with ``request``, before anything of the party has seen it. A receiver may return an answer to give
instead."""


def answer_instead(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, where there is a stage: what a gateway in front of this party would do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answers = (answer for _, answer in request_arrived.send(sender=HttpRequest, request=request))
        return next((answer for answer in answers if answer is not None), None) or get_response(request)

    return middleware


def strikes(fault: str) -> bool:
    """It is armed, and not for another flow than the one under way."""
    return fault in state.current().strike(telemetry.current_trace_id())


def on_purpose(fault: str, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """``answer``, logged as what it is. Django would call it an error of this party, for whoever reads the log."""
    path = request.path.encode("unicode_escape").decode()  # as Django's own log has it: no line break gets through
    logger.warning("%s: %s %s gets %s on purpose", fault, request.method, path, answer.status_code)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # what django.utils.log.log_response looks at
    return answer


@dataclass(frozen=True)
class StateFault:
    """Real configuration that is bent while any of ``numbers`` is armed, and put back when none is.

    ``find`` says as JSON how it is before. ``bend`` changes it for the fault that was armed, and may note in that
    JSON what it did. ``put_back`` undoes that and nothing else: what an administrator has changed meanwhile is
    hers.
    """

    name: str
    numbers: tuple[str, ...]
    find: Callable[[], Rows]
    bend: Callable[[str, Rows], None]
    put_back: Callable[[Rows], None]


def follow(*faults: StateFault) -> None:
    """From now on they follow what the stage arms and clears, in the transaction that stores it."""

    def change(*, before: StageState, after: StageState, **_signal: object) -> None:
        for fault in faults:
            _change(fault, before, after)

    faults_changed.connect(change, weak=False)


def _change(fault: StateFault, before: StageState, after: StageState) -> None:
    row = Found.objects.filter(name=fault.name).first()
    armed = [number for number in fault.numbers if after.armed(number)]
    if armed and row is None:
        row = Found.objects.create(name=fault.name, rows=fault.find())
    for number in armed:
        if not before.armed(number):
            fault.bend(number, row.rows)
            row.save()
    if not armed and row is not None:
        fault.put_back(row.rows)
        row.delete()
