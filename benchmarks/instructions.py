"""Count the CPU instructions of one request with valgrind: a figure that a busy machine does not change.

The difference between a process that serves ``COUNT`` requests and one that serves none, divided by ``COUNT``.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COUNT = 20


def is_available() -> bool:
    return shutil.which("valgrind") is not None


def count_all(cases: dict[str, str], var: str) -> dict[str, float]:
    """Millions of instructions a request, by case; two at a time, which the counts do not mind."""
    jobs = [(case, settings, count) for case, settings in cases.items() for count in (0, COUNT)]
    with ThreadPoolExecutor(2) as pool:
        totals = dict(zip(jobs, pool.map(lambda job: _count(*job, var), jobs), strict=True))
    return {
        case: (totals[case, settings, COUNT] - totals[case, settings, 0]) / COUNT / 1e6
        for case, settings in cases.items()
    }


def _count(case: str, settings: str, count: int, var: str) -> int:
    with tempfile.TemporaryDirectory(prefix="xaa-bench-") as scratch:
        shutil.copytree(var, scratch, dirs_exist_ok=True)
        command = [
            "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
            sys.executable, "-m", "benchmarks.worker", settings, case, str(count),
        ]  # fmt: skip
        environment = os.environ | {"DEMO_VAR": scratch, "PYTHONHASHSEED": "0", "LOG_LEVEL": "ERROR"}
        run = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1]
        )
    found = re.search(r"I\s+refs:\s+([\d,]+)", run.stderr)
    if run.returncode or not found:
        raise SystemExit(f"{case}: valgrind could not count: {run.stderr[-500:]}")
    return int(found[1].replace(",", ""))
