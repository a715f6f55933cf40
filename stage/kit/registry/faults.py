"""The faults F01 to F33: what each bends, which one check that trips, and what goes over the wire.

In the flow a person arms one on the stage's page *Break it*, and the party that it is about bends that one thing.
Three honest kinds: a *state* fault changes real configuration, a *lab-signed* one has the IdP sign what it would
never sign, a *tamper* one alters what Agent0 sends.

Deliberately does not: bend anything. ``faults.py`` of each party does, and only in stage mode.
"""

import functools
from dataclasses import dataclass, replace
from typing import Final, Literal

from stage.kit.registry.loader import load

Kind = Literal["state", "lab-signed", "tamper"]
Group = Literal["token", "thief", "decision", "ground"]
Outcome = Literal["failed", "narrowed", "none", "transport"]
Rule = Literal["as-auth0", "reuse"]

KINDS: Final[dict[Kind, str]] = {
    "state": "Changes real configuration, which is put back when you clear it.",
    "lab-signed": "The IdP's lab signs a token that the IdP would never sign, so that only one check can object.",
    "tamper": "Alters what Agent0 sends, after Agent0 has made it.",
}
GROUPS: Final[dict[Group, str]] = {
    "token": "The IdP signs something wrong",
    "thief": "Somebody cheats on the way",
    "decision": "Somebody has decided",
    "ground": "Keys, clocks and networks",
}
RULES: Final[dict[Rule, str]] = {
    "as-auth0": "Todo0 answers as Auth0 documents",
    "reuse": "Todo0 takes an ID-JAG until it expires",
}
"""What an administrator, or a preset, may have Todo0 do, and the seed has not."""


@dataclass(frozen=True)
class Fault:
    """One switch. ``trips`` is the first check that is not green: "" where none is, by ``outcome``.

    ``status`` and ``error`` are the answer to the request it is about: 0 for no answer, "" for no error.
    ``person`` and ``prompt`` are who asks Agent0 for what when it is run. ``place`` is the party that bends, and
    ``skew`` by how many seconds its clock goes wrong.
    """

    number: str
    label: str
    group: Group
    kind: Kind
    place: Literal["idp", "todo0", "agent0"]
    trips: str
    outcome: Outcome
    status: int
    error: str
    person: Literal["alice", "bob", "dan"]
    prompt: str
    does: str
    teaches: str
    question: str
    choices: tuple[str, ...]
    answer: int
    skew: int = 0

    @property
    def wire(self) -> str:
        """What goes over the wire, in one breath: ``400 invalid_grant``."""
        return f"{self.status} {self.error}".strip() if self.status else "no answer"


@dataclass(frozen=True)
class Otherwise:
    """How ``fault`` goes while Todo0 has the rule ``when``, in place of what its row says."""

    fault: str
    when: Rule
    trips: str
    outcome: Outcome
    status: int
    error: str
    answer: int
    teaches: str = ""

    def of(self, fault: Fault) -> Fault:
        return replace(
            fault,
            trips=self.trips,
            outcome=self.outcome,
            status=self.status,
            error=self.error,
            answer=self.answer,
            teaches=self.teaches or fault.teaches,
        )


@functools.cache
def load_faults() -> dict[str, Fault]:
    """Every fault by its number, in that order. Nobody may change what is returned."""
    return {fault.number: fault for fault in load("faults", Fault)}


@functools.cache
def load_otherwise() -> dict[str, Otherwise]:
    """By the fault's number; the rest of them goes the same by every rule."""
    return {one.fault: one for one in load("faults", Otherwise)}
