"""Several people who press a button in the same moment: each in a thread, with a connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 60.0


def at_once(*acts: Callable[[], T]) -> list[T]:
    """What came of each act, in their order. None begins before all are ready; what one raises is raised."""
    start, found = threading.Barrier(len(acts)), dict[int, T]()
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(PATIENCE)
            found[number] = acts[number]()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    if failed:
        raise failed[0]
    return [found[number] for number in range(len(acts))]


def split(answers: Sequence[T], has_won: Callable[[T], bool]) -> tuple[int, list[int]]:
    """Which one won, and who did not."""
    won = [number for number, answer in enumerate(answers) if has_won(answer)]
    assert len(won) == 1, f"expected one winner, found {len(won)}"
    return won[0], [number for number in range(len(answers)) if number != won[0]]
