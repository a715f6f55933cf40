"""Arm and clear, with what each party said to it.

In the flow this stands between the page and the world (``stage.control``): the registry says which faults there
are, the world which are armed. A party that does not take a fault, such as an IdP that may not lab-sign, is named
with its reason, and the fault does not stay half armed.

Deliberately does not: remember anything. What is armed is the world's to know.
"""

from collections.abc import Iterable

from stage.control import world
from stage.control.push import Outcome
from stage.kit.state import Mode


class NotTaken(Exception):
    """A party did not take the fault, so it is armed nowhere. The text says which party, and why."""


def arm(number: str, mode: Mode = "one-shot", trace: str = "") -> None:
    """Armed at all parties, or at none: then ``NotTaken``."""
    refused = [one for one in world.arm(number, mode, trace) if not one.is_taken]
    if refused:
        world.clear([number])
        raise NotTaken(tell(refused))


def clear(numbers: Iterable[str] | None = None) -> None:
    """Cleared at the stage in any case; ``NotTaken`` names a party that could not be told."""
    if refused := [one for one in world.clear(numbers) if not one.is_taken]:
        raise NotTaken(tell(refused))


def tell(refused: Iterable[Outcome]) -> str:
    return " ".join(f"{one.door.name} did not take it: {one.reason}" for one in refused)
