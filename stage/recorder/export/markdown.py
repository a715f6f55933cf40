"""The trace as Markdown: a table of the hops, the cause if there is one, the verdicts, and the diagram as Mermaid.

Deliberately does not: quote a token. Its fingerprint is enough to follow it.
"""

import re

from stage.recorder.export.mermaid import as_mermaid
from stage.recorder.picture import draw
from stage.recorder.trace import Trace
from stage.recorder.words import VERDICTS, describe_answer


def as_markdown(trace: Trace) -> str:
    when = f"{trace.started_at:%Y-%m-%d %H:%M:%S} UTC, {trace.milliseconds} ms"
    lines = [
        f"# {_cell(trace.title)}",
        "",
        f"{_cell(trace.person or 'Nobody known')}, {when}: **{VERDICTS[trace.verdict][1]}**.",
        "",
        "| Hop | From | To | What | Answer | Token |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {hop.label} | {_cell(hop.origin.name)} | {_cell(hop.target.name)} | {_cell(hop.title)} "
        f"| {hop.lead.status or 'none'}, {hop.outcome_in_words} | {_token(hop)} |"
        for hop in trace.hops
    ]
    if trace.failure:
        lines += ["", f"**The cause**: hop {trace.failure.label}, {_cell(describe_answer(trace.failure))}"]
    for hop in trace.hops:
        if hop.lead.checks and not hop.is_answer:
            verdicts = (f"{check['number']} {check['outcome']}" for check in hop.lead.checks)
            lines += ["", f"Checks of hop {hop.label}: {', '.join(verdicts)}."]
    lines += ["", "```mermaid", as_mermaid(trace).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _token(hop: object) -> str:
    picture = draw(hop)  # type: ignore[arg-type]
    return f"`{picture.words_back}`" if picture.token else ""


def _cell(text: str) -> str:
    """What people and far servers wrote, as text: on one line, in one cell, and no markup."""
    escaped = re.sub(r"([\\`*_<>\[\]#~])", r"\\\1", text)
    return " ".join(escaped.replace("|", "&#124;").split())
