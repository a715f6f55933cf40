"""A one-shot is over when one flow has met it: then it is cleared at all parties, and put back what it bent.

In the flow the evidence says so. A fault that was armed while Agent0 worked on a request stands in the records of
that request's trace, and the record of the work itself comes last; with that the fault has had its flow, whatever
became of it.

Deliberately does not: wait for a second try. What is tried again later finds the world mended.
"""

import logging
from collections.abc import Iterable
from typing import Any

from stage.faults import arming
from stage.faults.findings import is_work
from stage.kit import state
from stage.recorder.models import Record

logger = logging.getLogger(__name__)


def disarm_spent(*, records: Iterable[Record], **_signal: Any) -> None:
    """Called when records have arrived. Not a statement while no one-shot is armed."""
    done = [record.trace_id for record in records if is_work(record)]
    if not done or not (one_shots := find_one_shots()):
        return
    met = Record.objects.filter(trace_id__in=done).values_list("faults", flat=True)
    if spent := sorted(one_shots & {number for faults in met for number in faults}):
        try:
            arming.clear(spent)
        except arming.NotTaken as refused:
            logger.warning("%s had their flow, and are not cleared everywhere: %s", ", ".join(spent), refused)


def find_one_shots() -> set[str]:
    return {one.id for one in state.read().faults if one.mode == "one-shot"}
