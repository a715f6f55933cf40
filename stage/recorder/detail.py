"""One hop in detail: its tabs, and what each of them shows.

In the flow a tab answers one question. Story: what is this, and why now? Request, Response: what was sent? Token:
what does it say, who wrote that, who checks it? Checks: who decided what? Code: how do I do that? Wire and server:
what did each side see?

Deliberately does not: fetch. Everything is in the trace already.
"""

from collections.abc import Mapping
from typing import Any

from stage.kit.registry.checks import load_checks
from stage.recorder import code
from stage.recorder.checks_view import view_checks
from stage.recorder.client_code import as_xaa_client
from stage.recorder.difference import read_note
from stage.recorder.exchange import Exchange
from stage.recorder.hops import Hop
from stage.recorder.message_view import show_message
from stage.recorder.sides import compare_sides
from stage.recorder.token_view import view
from stage.recorder.tokens import Token, find_tokens
from stage.recorder.trace import Trace
from stage.recorder.words import describe_answer, tell_story

TABS = (
    ("story", "Story"),
    ("request", "Request"),
    ("response", "Response"),
    ("token", "Token"),
    ("checks", "Checks"),
    ("code", "Code"),
    ("sides", "Wire / Server"),
)
LANGUAGES = (("curl", "curl"), ("python", "Python"), ("xaa", "xaa.client"))


def describe(trace: Trace, hop: Hop | None, asked: Mapping[str, str]) -> dict[str, Any]:
    """The context of the detail pane for the tab that ``asked`` names."""
    if hop is None:
        return {}
    tab = asked.get("tab", "story")
    tab = tab if tab in dict(TABS) else "story"
    part = choose_part(hop, asked.get("part", ""))
    return {
        "tabs": TABS,
        "tab": tab,
        "part": part,
        "tab_template": f"recorder/tabs/{'message' if tab in ('request', 'response') else tab}.html",
        "answer": describe_answer(hop),
        "tokens": find_tokens(part),
        "is_raw": asked.get("raw") == "1",
        **_SHOW[tab](trace, hop, part, asked),
    }


def choose_part(hop: Hop, number: str) -> Exchange:
    """A hop of several exchanges shows one at a time: the one asked for, or the one that the hop is about."""
    if number.isdecimal() and 0 < int(number) <= len(hop.parts):
        return hop.parts[int(number) - 1]
    return hop.lead


def choose_token(tokens: list[Token], where: str, *, is_answer: bool) -> Token | None:
    """The one asked for by its place in the message; else what the hop is about: it gives one, or shows one."""
    by_where = {token.where: token for token in tokens}
    preferred = [token for token in tokens if token.kind != "access-token" or len(tokens) == 1]
    chosen = [token for token in preferred if token.is_in_answer] if is_answer else preferred
    return by_where.get(where) or next(iter([*chosen, *tokens]), None)


def _show_story(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    check = hop.failed_check
    why = {"cause": read_note(check["note"]), "known": load_checks().get(check["number"])} if check else {}
    return {"story": tell_story(hop, trace), **why}


def _show_request(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    return {"message": show_message(part, part.request, "request")}


def _show_response(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    return {"message": show_message(part, part.response, "response") if part.response else None}


def _show_token(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    is_answer = hop.is_answer or hop.number in ("5", "11")
    token = choose_token(find_tokens(part), asked.get("token", ""), is_answer=is_answer)
    return {"view": view(token, trace, now=part.at.timestamp() + trace.clock_shift) if token else None}


def _show_checks(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    return {"checks": view_checks(part)}


def _show_code(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    request = code.read(part)
    texts = {"curl": code.as_curl(request), "python": code.as_python(request), "xaa": as_xaa_client(hop, part)}
    language = asked.get("in", "curl")
    language = language if texts.get(language) else "curl"
    return {
        "languages": [(key, name) for key, name in LANGUAGES if texts[key]],
        "language": language,
        "code": texts[language],
        "variables": request.variables,
    }


def _show_sides(trace: Trace, hop: Hop, part: Exchange, asked: Mapping[str, str]) -> dict[str, Any]:
    return {"sides": compare_sides(part)}


_SHOW = {
    "story": _show_story,
    "request": _show_request,
    "response": _show_response,
    "token": _show_token,
    "checks": _show_checks,
    "code": _show_code,
    "sides": _show_sides,
}
