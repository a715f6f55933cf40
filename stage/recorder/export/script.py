"""The requests between servers as one shell script of curl calls, to be sent again by hand.

After each answer it says the status.

Deliberately does not: run as it is. It reads its secrets from variables, which it names at the top: those of a
client by the server that knows it, and a DPoP proof by its call, since it is good for one request (RFC 9449 §4.3).
It leaves out what a browser did: a sign-in cannot be replayed.
"""

from typing import Final

from stage.recorder import code
from stage.recorder.places import API, IDP, TODO0
from stage.recorder.trace import Trace

KNOWN_AT: Final = {IDP.key: "IDP_", TODO0.key: "TODO0_", API.key: "TODO0_"}


def as_script(trace: Trace) -> str:
    calls: list[str] = []
    variables: dict[str, None] = {}
    for hop in trace.hops:
        for number, part in enumerate(hop.parts if not hop.is_answer else (), start=1):
            if part.wire is None:
                continue
            call = f"_{hop.key.replace('.', '_')}" + (f"_CALL_{number}" if number > 1 else "")
            request = code.read(part, known_at=KNOWN_AT.get(part.callee.key, ""), call=call)
            variables |= dict.fromkeys(request.variables)
            what = f"# {hop.label}: {hop.title}, answered {part.status or 'nothing'}"
            calls.append(f"{what}\n{code.as_curl(request)} \\\n  -w '\\n%{{http_code}}\\n'")
    first = [f': "${{{name}:?set {name} first}}"' for name in variables]
    head = ["#!/bin/sh", f"# {' '.join(trace.title.split())}", "set -eu", *first]
    return "\n".join(head) + "\n\n" + "\n\n".join(calls) + "\n"
