"""A hop, a trace and a time in words: what a screen reader hears and what an export says.

In the flow a picture shows what these sentences tell, and nothing more.

Deliberately does not: judge. Whether a hop passed is said by ``hops``; here it becomes language.
"""

from stage.recorder.hops import Hop
from stage.recorder.trace import Trace

VERDICTS = {
    "passed": ("ok", "all green"),
    "narrowed": ("narrowed", "allowed less"),
    "recovered": ("narrowed", "worked at a second try"),
    "failed": ("deny", "denied"),
    "no answer": ("deny", "no answer"),
    "running": ("info", "under way"),
}
"""Tone and words of a trace's verdict."""


def describe_hop(hop: Hop, trace: Trace) -> str:
    """One sentence that is the whole meaning of an arrow."""
    number = f"{hop.number}. " if hop.number else ""
    return f"{number}{hop.origin.name} to {hop.target.name}: {hop.title}. {describe_answer(hop)}"


def describe_answer(hop: Hop) -> str:
    if hop.outcome == "no answer":
        return f"No answer came: {hop.lead.error or 'the caller heard nothing'}."
    words = f"Answered {hop.lead.status} in {hop.lead.milliseconds} ms"
    check = hop.failed_check
    if check:
        return f"{words}, denied by check {check['number']}, {check['title']}."
    return f"{words}, {hop.outcome_in_words}."


def tell_story(hop: Hop, trace: Trace) -> str:
    """What this hop is for, with the name of whoever signed in."""
    if not hop.kind:
        return "This exchange is no part of the happy path. It is shown as it was recorded."
    first_name = trace.person.split(" ")[0]
    story = hop.kind.story.format(person=first_name or "the person", idp=trace.enterprise)
    return story[:1].upper() + story[1:]


def status_line(trace: Trace) -> str:
    """What a live region says after each hop; never every byte."""
    if not trace.hops:
        return "Nothing has happened yet."
    last = trace.hops[-1]
    of = f"Hop {last.number} of 13" if last.number else last.title
    return f"{of} {last.outcome_in_words}."
