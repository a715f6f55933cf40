"""Several people who press a button in the same moment: each in a process of her own, as servers have them.

What holds between them is held by the database then, and by no lock or cache of one process. The processes are
forks: each begins with all that the test has made ready, and with no connection to a database.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from django.db import connections
from django.http import HttpResponse

T = TypeVar("T")
PATIENCE = 60.0
FORK = multiprocessing.get_context("fork")


def at_once(*acts: Callable[[], T]) -> list[T]:
    """What came of each act, in their order. None begins before all are ready; what one raises is raised."""
    connections.close_all()  # two processes on one connection would read each other's answers
    start, ends = FORK.Barrier(len(acts)), [FORK.Pipe(duplex=False) for _ in acts]
    people = [
        FORK.Process(target=run, args=(act, start, end), daemon=True)
        for act, (_, end) in zip(acts, ends, strict=True)
    ]
    for person in people:
        person.start()
    found = [receive(end) for end, _ in ends]
    for person in people:
        person.join(PATIENCE)
    return found


def run(act: Callable[[], Any], start: Any, end: Connection) -> None:
    """In the other process: what came of ``act``, or what it raised."""
    try:
        start.wait(PATIENCE)
        answer = (True, without_request(act()))
    except BaseException as error:
        answer = (False, f"{type(error).__name__}: {error}")
    finally:
        connections.close_all()
    end.send(answer)


def receive(end: Connection) -> Any:
    assert end.poll(PATIENCE), f"no answer within {PATIENCE:.0f} s"
    is_well, answer = end.recv()
    assert is_well, answer
    return answer


def without_request(answer: Any) -> Any:
    """Of a page, what went over the wire. The rest of a test client's answer cannot leave its process."""
    if not isinstance(answer, HttpResponse):
        return answer
    plain = HttpResponse(answer.content, status=answer.status_code, headers=dict(answer.headers))
    plain.cookies = answer.cookies
    return plain


def split(answers: Sequence[T], has_won: Callable[[T], bool]) -> tuple[int, list[int]]:
    """Which one won, and who did not."""
    won = [number for number, answer in enumerate(answers) if has_won(answer)]
    assert len(won) == 1, f"expected one winner, found {len(won)}"
    return won[0], [number for number in range(len(answers)) if number != won[0]]
