"""The seed's limit, 5 ID-JAGs a second: exact over four processes, and a hundred jobs of Agent0 get through it.

Elsewhere in this suite the limit is off, since tests redeem faster than any app does. Both run on the database and
the broker that the suite has: PostgreSQL and Redis with ``make test-services``.
"""

import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from queue import SimpleQueue
from typing import Any

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, wait_for
from tests.flow.lab import ask_operator
from tests.flow.more_processes import more_of, redeem_at
from tests.flow.people_at_work import sign_in_at_agent0
from tests.flow.wire import Client, Wire

RATE = BURST = 5
SECONDS = 10
PROCESSES = 4
ASKING = 8
JOBS = 100
QUEUE_JOBS = """
import json, sys
from agent0.jobs import steering
from agent0.tokens.models import SigninSession
session = SigninSession.objects.latest("started_at")
for number in range(json.load(sys.stdin)):
    steering.start(session, kind="create_todo", arguments={"title": f"Job {number}"}, asks_first=False)
print("{}")
"""
LOOK_AT_JOBS = """
import json
from agent0.jobs.models import Run, Step
runs = Run.objects.filter(arguments__title__startswith="Job ")
presents = Step.objects.filter(run__in=runs, name="present").order_by("run", "attempt", "ordinal")
tries = {}
for step in presents:
    told = step.detail.get("reason", "").endswith("found 429")
    began, took = step.started_at.timestamp(), step.milliseconds
    ended = None if took is None else began + took / 1000
    tries.setdefault(str(step.run_id), []).append([began, ended, told])
print(json.dumps({
    "active": runs.filter(state__in=Run.ACTIVE).count(),
    "done": runs.filter(state="done").count(),
    "waits": sum(runs.values_list("waits", flat=True)),
    "tries": list(tries.values()),
}))
"""
LIMIT = """
import json, sys
from todo0.federation.models import Tenant
Tenant.objects.update(id_jag_limit=json.load(sys.stdin))
print("{}")
"""
LOOK_AT_TODO0 = """
import json, sys
from datetime import UTC, datetime
from todo0.authserver.dot import AccessToken
from todo0.todos.models import Todo
titles = Todo.objects.filter(title__startswith="Job ").values_list("title", flat=True)
since = datetime.fromtimestamp(json.load(sys.stdin), UTC)
issued = AccessToken.objects.filter(origin__isnull=False, created__gte=since).order_by("created")
moments = issued.values_list("created", flat=True)
print(json.dumps({"titles": sorted(titles), "issued": [moment.timestamp() for moment in moments]}))
"""
RETRY_AFTER = 1  # seconds: what a bucket says that gets one back every fifth of a second


@pytest.fixture(scope="module")
def processes(demo: Demo) -> Iterator[list[str]]:
    """Four with the limit on, over the database of the demo, where it is off."""
    with more_of("todo0", demo, PROCESSES, TODO0_ID_JAG_LIMIT=f"{RATE}/s burst {BURST}") as urls:
        yield urls


@pytest.fixture
def limited(demo: Demo) -> Iterator[Demo]:
    """The demo, its Todo0 held to the limit by its administrator's rule."""
    ask_operator(demo, "todo0", LIMIT, given=f"{RATE}/s burst {BURST}")
    yield demo
    ask_operator(demo, "todo0", LIMIT, given="")


def test_in_ten_seconds_four_processes_redeem_fifty_and_the_burst_to_one_request(
    wire: Wire, processes: list[str], agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    """Eight ask without a pause. An ID-JAG that came too soon is tried again, and is as good as before."""
    waiting: SimpleQueue[str] = SimpleQueue()
    for _ in range(BURST + RATE * SECONDS + ASKING + 5):
        waiting.put(wire.id_jag(agent0, alice["id_token"]))
    redeemed: list[float] = []
    began = time.monotonic()

    def ask(number: int) -> set[tuple[int, str]]:
        others = set()
        while time.monotonic() < began + SECONDS:
            id_jag = waiting.get()
            answer = redeem_at(wire, processes[number % PROCESSES], agent0_there, id_jag)
            if answer.status_code == 200:
                redeemed.append(time.monotonic())
            else:
                waiting.put(id_jag)
                others.add((answer.status_code, answer.headers.get("Retry-After", "")))
        return others

    with ThreadPoolExecutor(ASKING) as pool:
        others = set().union(*pool.map(ask, range(ASKING)))
    assert others == {(429, "1")}
    assert BURST + RATE * SECONDS - 1 <= len(redeemed) <= BURST + RATE * (max(redeemed) - began) + 1


def test_the_headers_say_what_is_left_and_when_it_will_be_full(
    wire: Wire, processes: list[str], agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    time.sleep(BURST / RATE)
    now = time.time()
    answer = redeem_at(wire, processes[0], agent0_there, wire.id_jag(agent0, alice["id_token"]))
    assert (answer.status_code, answer.headers["X-RateLimit-Limit"]) == (200, str(BURST))
    assert 0 <= int(answer.headers["X-RateLimit-Remaining"]) < BURST
    assert now <= int(answer.headers["X-RateLimit-Reset"]) <= now + 5
    off = wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"]))
    assert off.status_code == 200
    assert not [name for name in off.headers if name.lower().startswith("x-ratelimit")]


@pytest.mark.spec("RF-07")
def test_a_hundred_jobs_get_through_the_limit_each_once_and_none_comes_sooner_than_told(limited: Demo) -> None:
    sign_in_at_agent0(Wire(limited).visitor(), limited, ALICE)
    began, lines = time.time(), len(limited.lines)
    ask_operator(limited, "agent0", QUEUE_JOBS, given=JOBS)

    def look() -> dict[str, Any] | None:
        found = ask_operator(limited, "agent0", LOOK_AT_JOBS)
        return None if found["active"] else found

    jobs = wait_for(look, "the jobs are not done", patience=300, pause=2)
    assert jobs["done"] == JOBS
    told = [one for tries in jobs["tries"] for one in tries if one[2]]
    assert len(told) == jobs["waits"]
    for tries in jobs["tries"]:
        pauses = [later[0] - one[1] for one, later in pairwise(tries) if one[2]]
        assert all(pause >= RETRY_AFTER for pause in pauses), pauses
    todo0 = ask_operator(limited, "todo0", LOOK_AT_TODO0, given=began)
    assert todo0["titles"] == sorted(f"Job {number}" for number in range(JOBS))
    issued = todo0["issued"]
    assert len(issued) <= BURST + RATE * (issued[-1] - issued[0]) + 1
    if not told:  # nothing was held up, which can only be where the machine itself is slower than the limit
        assert len(issued) < RATE * (issued[-1] - issued[0])
        warnings.warn("TOO SLOW to reach the limit, so nobody was told to wait.", stacklevel=1)
    assert not [line for line in limited.lines[lines:] if "Traceback" in line]
