"""How it works: the story in six frames and a table, and which recorded flows the frames lead to.

In the flow nothing: this is what a person reads before or after it. On a projector the page shows one frame at a
time, named in its address, so that nobody scrolls before an audience.

Deliberately does not: tell a frame's words. Each is a template of ``templates/stage/how``.
"""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from stage.launchpad.flow import STEPS, Step
from stage.preflight.models import Preflight
from stage.preflight.titles import OFF_ENDS_IT
from stage.recorder.fold import fold
from stage.recorder.newest import find_newest_flow, is_recorded
from stage.recorder.trace import load_trace


@dataclass(frozen=True)
class Frame:
    """``number`` is empty for what is beside the story. ``is_card``: it stands among others of its size."""

    key: str
    number: str
    title: str
    is_card: bool = True

    @property
    def template(self) -> str:
        return f"how/{self.key}.html"


FRAMES: Final = (
    Frame("problem", "1", "The problem"),
    Frame("roles", "2", "The roles"),
    Frame("steps", "3", "The four steps", is_card=False),
    Frame("decides", "4", "Who decides"),
    Frame("admin", "5", "What changes for the admin"),
    Frame("limits", "6", "When not to use it"),
    Frame("real", "", "What is real, and what is simulated", is_card=False),
)


@dataclass(frozen=True)
class Live:
    """Trace ids, empty where nothing of the kind is recorded; ``steps`` are ``flow``'s, with their pages."""

    flow: str = ""
    off: str = ""
    steps: tuple[tuple[Step, str], ...] = ()


def choose_frames(asked: str, *, paged: bool) -> dict[str, object]:
    """All of them; or the one that is asked for, and its neighbours."""
    if not paged:
        return {"frames": FRAMES}
    at = next((at for at, frame in enumerate(FRAMES) if frame.key == asked), 0)
    return {
        "paged": True,
        "at": at + 1,
        "of": len(FRAMES),
        "frames": FRAMES[at : at + 1],
        "before": FRAMES[at - 1] if at else None,
        "after": FRAMES[at + 1] if at + 1 < len(FRAMES) else None,
    }


def find_live() -> Live:
    """The newest flow; where that one broke off, the pre-flight's, which is whole."""
    preflight = Preflight.objects.last()
    tape, off = (preflight.tape, preflight.trace_of(OFF_ENDS_IT)) if preflight else ("", "")
    flows = [(one, fold(load_trace(one))) for one in (find_newest_flow(), tape) if is_recorded(one)]
    flow, folds = next((one for one in flows if len(one[1]) == len(STEPS)), flows[0] if flows else ("", []))
    page = reverse("recorder-trace", args=[flow]) if flow else ""
    steps = tuple((one.step, f"{page}?hop={one.hop.key}") for one in folds)
    return Live(flow, off if is_recorded(off) else "", steps)
