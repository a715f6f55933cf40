"""``manage.py bench --refusals``: does the time of a refusal tell what the words do not?

One process of Todo0 refuses ID-JAGs that are wrong in one thing each, in turns, in a new order every round, with
``User not found`` off. Two cases are the same person unknown, under two names: their ratio is what the machine's
noise alone makes of two equal things.
"""

import logging
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

from benchmarks.worker import prepare, start

YARDSTICK = "person unknown"


def build_cases() -> dict[str, Callable[[], Callable[[], Any]]]:
    """By name: what makes one request, ready to be sent."""
    from dataclasses import replace

    from django.conf import settings
    from django.contrib.auth.models import User

    from benchmarks.cases import load_keys_of_the_idp, post_form
    from stage.kit import people
    from stage.kit.registrations import AGENT0_AT_TODO0
    from tests import builders
    from xaa import jose, protocol

    load_keys_of_the_idp()
    User.objects.filter(federated_identities__subject=people.BOB.sub).update(is_active=False)
    stranger = jose.generate_signing_key("ES256")
    names = {"iss": settings.IDP_ISSUER, "aud": settings.JWT_BEARER_ISSUER, "resource": settings.API_RESOURCE}

    def case(form: dict[str, str] | None = None, **wrong: Any) -> Callable[[], Callable[[], Any]]:
        def ready() -> Callable[[], Any]:
            sent = {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": builders.build_id_jag(**names | wrong)}
            client_id, secret = AGENT0_AT_TODO0.client_id, AGENT0_AT_TODO0.load_secret()
            return post_form("/oauth/token", sent | (form or {}), client_id, secret)

        return ready

    return {
        YARDSTICK: case(sub="00u9nobody"),
        "person unknown, again": case(sub="00u9no-one"),
        "person deactivated": case(sub=people.BOB.sub),
        "scope of the form": case({"scope": "admin"}),
        "scope of the claim": case(scope="admin"),
        "signature wrong": case(key=replace(stranger, kid=builders.IDP_KEY.kid)),
        "kid unknown": case(key=stranger),
        "issuer unknown": case(iss="https://idp.example/unheard-of"),
    }


def measure(rounds: int) -> dict[str, list[float]]:
    cases = build_cases()
    spent: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + rounds // 10):
        order = list(cases)
        random.shuffle(order)
        for name in order:
            call = cases[name]()
            started = time.process_time()
            answer = call()
            seconds = time.process_time() - started
            if answer.status_code != 400:
                raise SystemExit(
                    f"{name}: expected a refusal, found {answer.status_code}: {answer.content[:200]!r}"
                )
            if number >= rounds // 10:  # the first rounds warm up
                spent[name].append(seconds)
    return spent


def report(spent: dict[str, list[float]]) -> None:
    print(f"\n{'refused because':24}{'median ms':>10}{'ratio':>8}{'low':>8}{'high':>8}")
    for name, found in spent.items():
        ratios = [statistics.median(part) / base for part, base in zip(_parts(found), _bases(spent), strict=True)]
        median = statistics.median(found)
        middle = median / statistics.median(spent[YARDSTICK])
        print(f"{name:24}{median * 1000:>10.2f}{middle:>8.3f}{min(ratios):>8.3f}{max(ratios):>8.3f}")
    print(f"\nratio: of the median to that of {YARDSTICK!r}; low and high: of five parts of the run.")


def _parts(found: list[float]) -> list[list[float]]:
    size = len(found) // 5
    return [found[number * size : (number + 1) * size] for number in range(5)]


def _bases(spent: dict[str, list[float]]) -> list[float]:
    return [statistics.median(part) for part in _parts(spent[YARDSTICK])]


def main(rounds: int = 1000) -> None:
    logging.disable()
    with tempfile.TemporaryDirectory(prefix="xaa-bench-") as var:
        os.environ["DEMO_VAR"] = var
        start("todo0.settings")
        from django.conf import settings

        from xaa.throttle import clients

        settings.JWT_BEARER_DISCLOSE_UNKNOWN_USER = False
        clients.REFUSED_GRANTS_OF_CLIENT = 10**9  # nobody else asks so often
        prepare()
        report(measure(rounds))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
