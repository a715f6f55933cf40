"""``python3 manage.py bench --recording``: how much slower the flow is while it is recorded.

Two real demos stand side by side, one that records and one that does not (``OTEL_SDK_DISABLED``), each with its
stage. They take turns, flow by flow, so that a machine that slows down slows both; between two flows there is a
pause, so that what one tells in the background does not slow the other. A flow is what a person waits for: Alice
signs in at Agent0 with an empty browser, asks for a todo, and has her card.
"""

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from stage.autopilot.browser import TIMEOUT
from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import latest_card, say, sign_in_at_agent0
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire

ROUNDS = 30
PAUSE = 0.6
KINDS = ("sign-in", "the three legs", "whole flow")


class Side(NamedTuple):
    """One demo, and the apps that call it directly."""

    demo: Demo
    wire: Wire
    agent0: Client
    agent0_there: Client


def main(rounds: int = ROUNDS) -> None:
    with demo_with() as recording, demo_with(OTEL_SDK_DISABLED="true") as silent:
        taken: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
        for number in range(rounds + 2):
            sides = (recording, silent) if number % 2 else (silent, recording)
            found = {side: flow(side) for side in sides}
            if number > 1:  # the first two warm up
                for kind in KINDS:
                    taken[kind].append((found[recording][kind], found[silent][kind]))
            print(f"round {number} of {rounds + 1}", file=sys.stderr, flush=True)
    report(taken)


@contextmanager
def demo_with(**settings: str) -> Iterator[Side]:
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        demo = stack.enter_context(running_demo(folder, **on_embedded_parts(**settings)))
        wire = Wire(demo)
        yield Side(demo, wire, wire.clients["agent0", "acme"], wire.clients["agent0", "todo0"])


def flow(side: Side) -> dict[str, float]:
    """Seconds of each kind."""
    visitor = side.wire.visitor()
    sign_in = clocked(lambda: sign_in_at_agent0(visitor, side.demo, ALICE))
    asked = ask(visitor, side.demo)
    tokens = side.wire.sign_in(side.agent0, ALICE)
    legs = clocked(lambda: walk_the_legs(side, tokens["id_token"]))
    time.sleep(PAUSE)
    return {"sign-in": sign_in, "the three legs": legs, "whole flow": sign_in + asked}


def walk_the_legs(side: Side, id_token: str) -> None:
    answer = side.wire.redeem(side.agent0_there, side.wire.id_jag(side.agent0, id_token))
    side.wire.call("GET", "/todos", answer.json()["access_token"]).raise_for_status()


def ask(visitor: Visitor, demo: Demo) -> float:
    """Seconds from the words to the card, as the card itself says: a page looks at it now and then."""
    say(visitor, demo, 'Add "Again"')
    details = latest_card(visitor, demo).details_url
    visitor.session.get(f"{details}/events", timeout=TIMEOUT)  # as a page follows it, until it rests
    card = latest_card(visitor, demo)
    if card.badge != "done":
        raise SystemExit(f"A flow failed: {card.text}")
    return int(re.search(r"(\d+) ms", card.text)[1]) / 1000


def clocked(act: Callable[[], object]) -> float:
    since = time.perf_counter()
    act()
    return time.perf_counter() - since


def report(taken: dict[str, list[tuple[float, float]]]) -> None:
    print(f"\n{'':16}{'recorded, ms':>14}{'not, ms':>10}{'ratio':>8}")
    for kind, pairs in taken.items():
        recorded, silent = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
        print(f"{kind:16}{recorded:>14.0f}{silent:>10.0f}{recorded / silent:>8.3f}")
    print("\nMedians of the rounds, and their ratio.")
