"""One party in one process: serve a case's requests and say how long they took.

``python -m benchmarks.worker SETTINGS`` migrates and seeds, then reads lines ``case count`` from standard input
and answers each with seconds of processor time. ``python -m benchmarks.worker SETTINGS CASE COUNT`` serves once,
for an instruction counter to watch.
"""

import os
import sys
import time

import tests.environment  # noqa: F401  secrets for a party that nobody else talks to


def start(settings_module: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = settings_module
    import django
    from django.conf import settings

    django.setup()
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]


def prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.utils.module_loading import import_string

    call_command("migrate", verbosity=0)
    import_string(settings.SEED)()


def serve(case: str, count: int) -> float:
    from benchmarks.cases import CASES

    calls = CASES[case][1](count)
    started = time.process_time()
    responses = [call() for call in calls]
    spent = time.process_time() - started
    failed = [response for response in responses if response.status_code != 200]
    if failed:
        raise SystemExit(
            f"{case}: expected status 200, found {failed[0].status_code}: {failed[0].content[:300]!r}"
        )
    return spent


def main() -> None:
    settings_module, *once = sys.argv[1:]
    start(settings_module)
    if once:
        serve(once[0], 1)  # warm: imports, caches, keys
        serve(once[0], int(once[1]))
        return
    prepare()
    print("ready", flush=True)
    for line in sys.stdin:
        case, _, count = line.strip().rpartition(" ")
        print(serve(case, int(count)), flush=True)


if __name__ == "__main__":
    main()
