"""What the recorder's templates ask for: the picture of a hop, its sentence, and links that keep the rest.

In the flow: ``{% arrow hop %}`` draws one row of the diagram.

Deliberately does not: decide anything about a trace.
"""

from functools import cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template.loader import render_to_string

from stage.recorder.checks_view import TONES
from stage.recorder.hops import Hop
from stage.recorder.picture import COLUMNS, bands, draw
from stage.recorder.token_view import in_words
from stage.recorder.tokens import Token
from stage.recorder.trace import Trace
from stage.recorder.words import VERDICTS, describe_hop

register = template.Library()
OF_POLLS = ("after", "idle", "follow", "bare")


@register.inclusion_tag("recorder/arrow.svg")
def arrow(hop: Hop) -> dict[str, Any]:
    """The row of a hop: bands, lifelines, request, answer."""
    return {"picture": draw(hop), "ground": ground()}


@cache
def ground() -> str:
    """Bands and lifelines: the same in each row of each diagram, and half of the work."""
    return render_to_string("recorder/ground.svg", {"bands": bands(), "lifelines": COLUMNS.items()})


@register.inclusion_tag("recorder/diagram_head.html")
def diagram_head(trace: Trace) -> dict[str, Any]:
    """The places above the lifelines, in the bands of their owners."""
    return {"bands": bands(trace.hops)}


@register.simple_tag
def sentence(hop: Hop, trace: Trace) -> str:
    return describe_hop(hop, trace)


@register.simple_tag
def query(asked: QueryDict, **changes: Any) -> str:
    """The page's own query with these changes, and without what polls leave; an empty value takes a name out."""
    changed = asked.copy()
    for name in OF_POLLS:
        changed.pop(name, None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value not in ("", None):
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "?"


@register.filter
def reader(token: Token) -> str:
    """For whom a token is, in words."""
    audience = token.claims.get("aud", "")
    return in_words("aud", audience, now=0) or (audience if isinstance(audience, str) else "")


@register.filter
def outcome_tone(outcome: str) -> str:
    """The tone of one check's verdict."""
    return TONES[outcome]


@register.filter
def verdict_tone(verdict: str) -> str:
    return VERDICTS[verdict][0]


@register.filter
def verdict_words(verdict: str) -> str:
    return VERDICTS[verdict][1]
