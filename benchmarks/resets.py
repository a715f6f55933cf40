"""``manage.py bench --resets``: how long a new world takes for all parties at once, and the undo of it.

One demo, in which Alice has signed in and has a todo: a reset and its undo, in turns. The seconds are those of the
stage's answer, which comes when every party has begun the new world. At the end one reset waits until its half
minute is nearly over, and is undone all the same.

Deliberately does not: compare. Where a figure has to hold, ``tests/flow/test_9_reset.py`` says so, generously.
"""

import statistics
import sys
import time

from benchmarks.figures import p95
from tests.cast import ALICE
from tests.flow.demo import fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.stage_side import Stage
from tests.flow.wire import Wire

ROUNDS = 30
NEARLY_OVER = 28.0  # seconds; at 30 it is


def main(rounds: int = ROUNDS) -> None:
    taken: dict[str, list[float]] = {"reset": [], "undo": []}
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        wire = Wire(demo)
        stage, alice = Stage(wire), wire.visitor()
        sign_in_at_agent0(alice, demo, ALICE)
        if (card := ask(alice, demo, 'Add "Of this world"')).badge != "done":
            raise SystemExit(f"a flow failed: {card.text}")
        for number in range(rounds + 1):
            for command, found in taken.items():
                seconds = clocked(stage, command)
                if number:  # the first round warms up
                    found.append(seconds)
            print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
        stage.command("reset")
        time.sleep(NEARLY_OVER)
        late = clocked(stage, "undo")
        if "Of this world" not in alice.open(f"{demo.url('agent0')}/chat").text:
            raise SystemExit("expected Alice's chat after the undo, found none of it")
    report(taken, late)


def clocked(stage: Stage, command: str) -> float:
    """Every party takes part, or it ends here."""
    since = time.perf_counter()
    stage.command(command)
    return time.perf_counter() - since


def report(taken: dict[str, list[float]], late: float) -> None:
    print(f"\n{'seconds':12}{'n':>5}{'p50':>8}{'p95':>8}{'most':>8}")
    for command, found in taken.items():
        print(f"{command:12}{len(found):>5}{statistics.median(found):>8.3f}{p95(found):>8.3f}{max(found):>8.3f}")
    print(f"\nUndone {NEARLY_OVER:.0f} s after a reset in {late:.3f} s, with Alice's session and her chat.")
