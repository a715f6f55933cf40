"""Arm and clear, with what each party said to it, and what people are shown of it.

In the flow this stands between the page and the world (``stage.control``): the registry says which faults there
are, the world which are armed. A party that does not take a fault, such as an IdP that may not lab-sign, is named
with its reason, and the fault does not stay half armed.

Deliberately does not: remember anything. What is armed is the world's to know.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from stage.control import world
from stage.control.push import Outcome
from stage.kit import state
from stage.kit.registry.checks import Check, load_checks
from stage.kit.registry.faults import GROUPS, KINDS, Fault, load_faults
from stage.kit.state import Armed, Mode


class NotTaken(Exception):
    """A party did not take the fault, so it is armed nowhere. The text says which party, and why."""


@dataclass(frozen=True)
class Switch:
    """One fault as the page has it: what the registry says, and whether it is armed."""

    fault: Fault
    armed: Armed | None

    @property
    def check(self) -> Check | None:
        return load_checks().get(self.fault.trips)

    @property
    def kind_in_words(self) -> str:
        return KINDS[self.fault.kind]

    @property
    def wire(self) -> str:
        return self.fault.wire


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    switches: tuple[Switch, ...]

    @property
    def armed(self) -> int:
        return len([switch for switch in self.switches if switch.armed])


def load_switch(number: str) -> Switch:
    """Raises ``KeyError`` for a fault that there is not."""
    return Switch(load_faults()[number], state.read().armed(number))


def load_groups(words: str = "") -> list[Group]:
    """All faults in their four groups, or those that ``words`` find; a group without any is left out."""
    armed = state.read()
    switches = [Switch(fault, armed.armed(fault.number)) for fault in load_faults().values()]
    found = [one for one in switches if is_found(one, words)]
    groups = [
        Group(key, title, tuple(one for one in found if one.fault.group == key)) for key, title in GROUPS.items()
    ]
    return [group for group in groups if group.switches]


def is_found(switch: Switch, words: str) -> bool:
    """Every word is somewhere in what the page shows of it."""
    fault = switch.fault
    shown = f"{fault.number} {fault.label} {fault.kind} {fault.trips} {switch.wire} {fault.does} {fault.teaches}"
    return all(word in shown.lower() for word in words.lower().split())


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
