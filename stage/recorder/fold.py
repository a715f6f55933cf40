"""The thirteen hops folded into the four classic steps, for whoever sees the flow for the first time.

In the flow each step is one arrow from Agent0 and one thing that comes back; three of them are tokens. A step
stands for all of its hops: what failed in one of them has failed in it.

Deliberately does not: hide a failure. A step with one shows that hop, in place of the one that it is usually
about.
"""

from dataclasses import dataclass, replace

from stage.kit.registry.hops import load_hops
from stage.launchpad.flow import STEPS, Step
from stage.recorder.hops import Hop
from stage.recorder.tokens import issued_token
from stage.recorder.trace import Trace
from stage.recorder.words import describe_answer

ABOUT = {1: 5, 2: 9, 3: 11, 4: 13}
"""Which hop each step is about: the code for tokens, the exchange, the redemption, the call."""


@dataclass(frozen=True)
class Fold:
    """One of the four. ``hop`` is drawn and opened; ``hops`` are all that fold into it."""

    step: Step
    hop: Hop
    hops: tuple[Hop, ...]

    @property
    def words(self) -> str:
        """The whole meaning of the arrow, as of a hop's."""
        token = issued_token(self.hop.lead) if not self.hop.is_bad else None
        given = f" {token.name} {token.fingerprint} comes back." if token else ""
        return f"Step {self.step.number} of {len(STEPS)}, {self.step.title}. {describe_answer(self.hop)}{given}"


def fold(trace: Trace) -> list[Fold]:
    """The steps that the trace got to; none for a trace that has no numbered hop."""
    folds = []
    for step in STEPS:
        hops = tuple(hop for hop in trace.hops if hop.kind and hop.kind.step == step.number)
        if hops:
            folds.append(Fold(step, _drawn(step, hops), hops))
    return folds


def _drawn(step: Step, hops: tuple[Hop, ...]) -> Hop:
    bad = next((hop for hop in reversed(hops) if hop.is_bad), None) if hops[-1].is_bad else None
    about = next((hop for hop in reversed(hops) if hop.kind and hop.kind.number == ABOUT[step.number]), hops[-1])
    hop = bad or about
    answer = step.token_name or "done"
    kind = replace(hop.kind or load_hops()[ABOUT[step.number]], label=step.title, answer=answer)
    return replace(hop, kind=kind)
