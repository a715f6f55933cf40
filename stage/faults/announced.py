"""Which of Todo0's rules are in force, since some faults are answered by them: asked before one is announced.

In the flow Todo0's administrator decides how a refusal is answered and whether an ID-JAG counts twice, so the
registry has both answers (``[[otherwise]]``), and a page announces the one that will be given. Where Todo0 does
not say, the seed's rules are taken.

Deliberately does not: foresee more. An administrator can change a hundred things; a run that went otherwise than
announced says so.
"""

from collections.abc import Iterable
from typing import Any

from stage.control.push import ask
from stage.kit.registry.faults import Rule, load_otherwise


def ask_rules(numbers: Iterable[str]) -> frozenset[Rule]:
    """Those that Todo0 has and the seed does not give it. Nobody is asked if none of ``numbers`` hangs on them."""
    if load_otherwise().keys().isdisjoint(numbers):
        return frozenset()
    outcome = ask("todo0", "rules", {})
    return read_rules(dict(outcome.answer)) if outcome.is_taken else frozenset()


def read_rules(told: dict[str, Any]) -> frozenset[Rule]:
    in_force: dict[Rule, bool] = {
        "as-auth0": told.get("answers") == "auth0",
        "reuse": told.get("single_use") is False,
    }
    return frozenset(rule for rule, is_so in in_force.items() if is_so)
