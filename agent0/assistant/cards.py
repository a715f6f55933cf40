"""The tool card: one Run as a person sees it. Built from the Run and its Steps, for templates to lay out.

In the flow: the chat, the Run's own page, the progress stream and the polling fallback all show the same
card, so what JavaScript swaps in is what a reload would show.

Deliberately does not: know any token. Chips carry the fingerprints that the worker wrote down.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from agent0.assistant import outcomes
from agent0.connections import name_of
from agent0.jobs.actions import SCOPES
from agent0.jobs.models import Run, Step
from agent0.ways import Way

# Only for a caption beside the quotation: what a todo says is never acted on, caption or not.
ADDRESSED_TO_THE_AGENT: Final = re.compile(
    r"\b(ignore|disregard|forget)\b.*\b(instructions?|previous|above|rules?)\b"
    r"|\b(assistant|agent0|ai agent|system prompt)\b",
    re.IGNORECASE,
)

STEP_TITLES: Final = {
    Step.Name.DISCOVER: "Ask {app}'s {way}, without a token, who guards it",
    Step.Name.NEED_TOKEN: "Look for an access token for {app}",
    Step.Name.ASK_IDP: "Ask {idp} for an ID-JAG: may Agent0 act for you at {app}?",
    Step.Name.PRESENT: "Present the ID-JAG at {app}, for an access token",
    Step.Name.CALL_API: "Call {app}'s {way} with the access token",
}


KEPT: Final = "Take the ID-JAG of the attempt before: {idp} has said yes, and {app} had no time to look at it"


@dataclass(frozen=True)
class StepView:
    title: str
    state: str
    detail: dict[str, Any]
    milliseconds: int | None


@dataclass(frozen=True)
class QuotedTodo:
    title: str
    due_on: str | None
    is_addressed_to_agent: bool


class Card:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.tool = f"{settings.RESOURCE_NAME} · {run.kind}"
        self.title = run.arguments.get("title", "")
        self.way = Way(run.way).label
        self.idp = name_of(run.session.issuer)

    @cached_property
    def steps(self) -> list[StepView]:
        """The legs of the latest attempt; ``run.steps`` is prefetched by the pages."""
        return [
            StepView(self._title_of(step.name, step.detail), step.state, step.detail, step.milliseconds)
            for step in self.run.steps.all()
            if step.attempt == self._shown_attempt
        ]

    @cached_property
    def _shown_attempt(self) -> int:
        return max((step.attempt for step in self.run.steps.all()), default=0)

    @property
    def granted(self) -> str | None:
        """The scope of the access token; None as long as there was none."""
        found = [step.detail["granted"] for step in self.steps if "granted" in step.detail]
        return found[-1] if found else self.run.outcome.get("granted")

    @property
    def asked(self) -> str:
        """As the latest request for a token said it; before there was one, what the action needs."""
        return self._latest("asked") or " ".join(SCOPES[self.run.kind])

    @property
    def actions_asked(self) -> str:
        """Beyond the scope, where Agent0 asked for details; the latest word counts."""
        return self._latest("actions_asked")

    @property
    def actions_granted(self) -> str:
        return self._latest("actions_granted")

    def _latest(self, name: str) -> str:
        return next((step.detail[name] for step in reversed(self.steps) if name in step.detail), "")

    @property
    def chips(self) -> list[dict[str, str]]:
        """ID Token, ID-JAG, access token: those that exist, in the order in which one became the other."""
        return [chip for step in self.steps for chip in step.detail.get("chips", ())]

    @property
    def milliseconds(self) -> int | None:
        times = [step.milliseconds for step in self.steps if step.milliseconds is not None]
        return sum(times) if times and not self.run.is_active else None

    @property
    def todos(self) -> list[QuotedTodo]:
        return [
            QuotedTodo(todo["title"], todo.get("due_on"), bool(ADDRESSED_TO_THE_AGENT.search(todo["title"])))
            for todo in self.run.outcome.get("todos", ())
        ]

    @property
    def sentence(self) -> str:
        state = self.run.state
        if state == Run.State.WAITING_CONFIRMATION:
            return "This cannot be undone. Shall I?"
        if state == Run.State.DONE:
            return outcomes.describe_success(self.run.outcome)
        if self.explanation:
            return f"{self.explanation.title}."
        if self.run.waiting_for:
            return outcomes.describe_waiting(self.run.waiting_for, idp=self.idp)
        return "Working on it." if state == Run.State.RUNNING else "Waiting for the worker."

    @cached_property
    def explanation(self) -> outcomes.Explanation | None:
        closed_badly = self.run.state in (Run.State.REFUSED, Run.State.FAILED)
        return outcomes.explain(self.run.outcome, idp=self.idp) if closed_badly else None

    @property
    def retry_in(self) -> int | None:
        """Seconds until the next attempt."""
        if self.run.state != Run.State.QUEUED or self.run.not_before is None:
            return None
        return max(0, round((self.run.not_before - timezone.now()).total_seconds()))

    @property
    def badge(self) -> tuple[str, str]:
        """Tone and word; the word alone says it."""
        if self.explanation:
            return self.explanation.badge, self.explanation.title
        return {
            Run.State.DONE: ("ok", "done"),
            Run.State.WAITING_CONFIRMATION: ("narrowed", "needs your permission"),
            Run.State.RUNNING: ("info", "working"),
            Run.State.QUEUED: ("info", "will retry" if self.run.waiting_for else "queued"),
        }[Run.State(self.run.state)]

    @property
    def leg_title(self) -> str:
        """The arrow that broke; "" when none did."""
        leg = self.run.outcome.get("leg")
        return self._title_of(leg) if leg else ""

    def _title_of(self, name: str, detail: Mapping[str, Any] | None = None) -> str:
        title = KEPT if detail and detail.get("kept") else STEP_TITLES[Step.Name(name)]
        return title.format(idp=self.idp, app=settings.RESOURCE_NAME, way=self.way)
