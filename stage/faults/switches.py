"""The switches as the pages have them: each fault, what it will come to, and whether it is armed.

In the flow the registry says which faults there are, Todo0 by which rules it answers today (``announced``), and
the world which are armed.

Deliberately does not: arm one (``arming``).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from stage.faults.announced import ask_rules
from stage.kit import state
from stage.kit.registry.checks import Check, load_checks
from stage.kit.registry.faults import GROUPS, KINDS, RULES, Fault, Rule, load_faults, load_otherwise
from stage.kit.state import Armed, StageState


@dataclass(frozen=True)
class Switch:
    """``fault`` is as it goes now. Some go another way, ``instead``, where Todo0 has another rule or the seed's.

    ``rule`` says in words which rule of Todo0's makes the difference, and ``is_usual`` that it is not in force.
    """

    fault: Fault
    armed: Armed | None
    instead: Fault | None = None
    rule: str = ""
    is_usual: bool = True

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


def load_switch(number: str) -> Switch:
    """Raises ``KeyError`` for a fault that there is not."""
    return _switch(load_faults()[number], ask_rules([number]), state.read())


def load_switches() -> list[Switch]:
    rules, now = ask_rules(load_faults()), state.read()
    return [_switch(fault, rules, now) for fault in load_faults().values()]


def _switch(fault: Fault, rules: Collection[Rule], now: StageState) -> Switch:
    armed, other = now.armed(fault.number), load_otherwise().get(fault.number)
    if other is None:
        return Switch(fault, armed)
    words, bent = RULES[other.when], other.of(fault)
    if other.when in rules:
        return Switch(bent, armed, instead=fault, rule=words, is_usual=False)
    return Switch(fault, armed, instead=bent, rule=words)


def find_unusual(switches: Iterable[Switch]) -> dict[str, list[Switch]]:
    """Those that go another way than by the seed's rules, by the rule that has it so."""
    found: dict[str, list[Switch]] = {}
    for one in switches:
        if not one.is_usual:
            found.setdefault(one.rule, []).append(one)
    return found


def group(switches: Iterable[Switch], words: str = "") -> list[Group]:
    """In their four groups, all or those that ``words`` find; a group without any is left out."""
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
