"""``make bench``: rates beside the toolkit's own grant, interleaved in one run, with instruction counts."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import tests.environment  # noqa: F401  one set of secrets for all workers
from benchmarks import hops, instructions, recording, red_check, refusals, resets, soak
from benchmarks.cases import CASES

YARDSTICK = "client_credentials"
ROUNDS = 7
ALONE = {
    "faults": (red_check.main, "from the switch of a fault to the check that objected"),
    "hops": (hops.main, "how long after a hop it is on the screen"),
    "recording": (recording.main, "what it costs the flow to be recorded"),
    "refusals": (refusals.main, "whether a refusal's time tells its reason"),
    "resets": (resets.main, "a new world for everybody, and its undo"),
    "soak": (soak.main, f"the story, {soak.RUNS} times in a row"),
}
"""What is asked for by its name and measured instead of the rest. Each has a number of rounds of its own."""
ROOT = Path(__file__).parents[1]


class Worker:
    """A party's process; ``serve`` has it do a round and returns requests a second of processor time."""

    def __init__(self, settings: str, var: str) -> None:
        environment = os.environ | {"DEMO_VAR": var, "LOG_LEVEL": "ERROR"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", settings],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
        )  # fmt: skip
        self._read()

    def serve(self, case: str, count: int) -> float:
        self._process.stdin.write(f"{case} {count}\n")
        self._process.stdin.flush()
        return count / float(self._read())

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=30)

    def _read(self) -> str:
        line = self._process.stdout.readline().strip()
        if not line:
            raise SystemExit("A worker stopped; its reason is above.")
        return line


def measure(var: str, *, rounds: int, count: int) -> dict[str, list[float]]:
    workers = {settings: Worker(settings, var) for settings in dict.fromkeys(where for where, _ in CASES.values())}
    rates: dict[str, list[float]] = {case: [] for case in CASES}
    for number in range(rounds + 1):
        for case, (settings, _) in CASES.items():
            rate = workers[settings].serve(case, count)
            if number:  # the first round warms up
                rates[case].append(rate)
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    for worker in workers.values():
        worker.stop()
    return rates


def report(rates: dict[str, list[float]], counts: dict[str, float]) -> None:
    print(f"\n{'case':20}{'a second':>10}{'ratio':>8}{'low':>8}{'high':>8}{'M instructions':>16}")
    for case, found in rates.items():
        ratios = [rate / base for rate, base in zip(found, rates[YARDSTICK], strict=True)]
        counted = f"{counts[case]:.1f}" if case in counts else "-"
        print(
            f"{case:20}{statistics.median(found):>10.0f}{statistics.median(ratios):>8.2f}"
            f"{min(ratios):>8.2f}{max(ratios):>8.2f}{counted:>16}"
        )
    print("\nratio: to client_credentials, round by round. Per core, without sockets; see benchmarks/README.md.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=0, help=f"{ROUNDS} unless it is said otherwise")
    parser.add_argument("--count", type=int, default=60, help="requests of each case a round")
    parser.add_argument("--quick", action="store_true", help="without instruction counts")
    for name, (run, caption) in ALONE.items():
        parser.add_argument(f"--{name}", dest="run", action="store_const", const=run, help=f"only: {caption}")
    asked = parser.parse_args()
    if asked.run:
        asked.run(*[asked.rounds] if asked.rounds else [])
        return
    with tempfile.TemporaryDirectory(prefix="xaa-bench-") as var:
        rates = measure(var, rounds=asked.rounds or ROUNDS, count=asked.count)
        counts = {}
        if not asked.quick and instructions.is_available():
            print("counting instructions, some minutes", file=sys.stderr, flush=True)
            counts = instructions.count_all({case: settings for case, (settings, _) in CASES.items()}, var)
    report(rates, counts)


if __name__ == "__main__":
    main()
