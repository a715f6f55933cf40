"""The diagram as Mermaid text, for a README, a wiki or a slide: places in the boxes of their owners.

Deliberately does not: draw. Mermaid weighs more than everything else on these pages together.
"""

import re

from stage.recorder.hops import Hop
from stage.recorder.picture import bands
from stage.recorder.trace import Trace


def as_mermaid(trace: Trace) -> str:
    lines = ["sequenceDiagram"]
    for band in bands(trace.hops):
        lines.append(f"  box {_safe(band.owner)}")
        lines += [f"    participant {place.tag} as {_safe(place.name)}" for place in band.places]
        lines.append("  end")
    others = {one.tag: one for hop in trace.hops for one in (hop.origin, hop.target) if one.key == "elsewhere"}
    lines += [f"  participant X as {_safe(place.name)}" for place in others.values()]
    for hop in trace.hops:
        if hop.key == trace.first_of_act:
            lines.append(f"  Note over YOU,AG: {_safe(trace.person or 'Somebody')} asks: {_safe(trace.asked)}")
        lines += _arrows(hop)
    return "\n".join(lines) + "\n"


def _arrows(hop: Hop) -> list[str]:
    origin, target = (place.tag if place.tag != "?" else "X" for place in (hop.origin, hop.target))
    number = f"{hop.number} " if hop.number else ""
    title = _safe(f"{number}{hop.title}")
    if hop.is_answer:
        return [f"  {origin}-->>{target}: {title}"]
    if hop.outcome == "no answer":
        return [f"  {origin}-x{target}: {title}, no answer"]
    check = hop.failed_check
    denied = f" denied by {check['number']}" if check else " failed" if hop.is_bad else ""
    back = "--x" if hop.is_bad else "-->>"
    return [f"  {origin}->>{target}: {title}", f"  {target}{back}{origin}: {hop.lead.status}{denied}"]


def _safe(text: str) -> str:
    """On one line, and without what Mermaid reads as its own."""
    return " ".join(re.sub(r"[#;]|%%", " ", text).replace('"', "'").split())
