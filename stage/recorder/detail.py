"""One hop in detail: its tabs, and what each of them shows.

In the flow a tab answers one question. Story: what is this, and why now? Request, Response: what was sent?
Token: what does it say, who wrote that, who checks it? Checks: who decided what? Code: how do I do that? Wire
and server: what did each side see?

Deliberately does not: fetch. Everything is in the trace already.
"""

from collections.abc import Mapping
from typing import Any

from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop
from stage.recorder.message_view import show_message
from stage.recorder.tokens import find_tokens
from stage.recorder.trace import Trace
from stage.recorder.words import describe_answer, tell_story

TABS = (
    ("story", "Story"),
    ("request", "Request"),
    ("response", "Response"),
    ("checks", "Checks"),
)


def describe(trace: Trace, hop: Hop | None, asked: Mapping[str, str]) -> dict[str, Any]:
    """The context of the detail pane for the tab that ``asked`` names."""
    if hop is None:
        return {}
    tab = asked.get("tab", "story")
    tab = tab if tab in dict(TABS) else "story"
    part = choose_part(hop, asked.get("part", ""))
    return {
        "tab": tab,
        "part": part,
        "part_number": hop.parts.index(part) + 1,
        "story": tell_story(hop, trace),
        "answer": describe_answer(hop),
        "tab_template": f"recorder/tabs/{'message' if tab in ('request', 'response') else tab}.html",
        "tokens": find_tokens(part),
        "is_raw": asked.get("raw") == "1",
        **(_SHOWN[tab](part) if tab in _SHOWN else {}),
    }


def choose_part(hop: Hop, number: str) -> Exchange:
    """A hop of several exchanges shows one at a time: the one asked for, or the one that the hop is about."""
    if number.isdecimal() and 0 < int(number) <= len(hop.parts):
        return hop.parts[int(number) - 1]
    return hop.lead


_SHOWN = {
    "request": lambda part: {"message": show_message(part, part.request, "request")},
    "response": lambda part: {"message": show_message(part, part.response, "response") if part.response else None},
    "checks": lambda part: {"checks": part.checks},
}
