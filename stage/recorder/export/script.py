"""The requests between servers as one shell script of curl calls, to be sent again by hand.

After each answer it says the status.

Deliberately does not: run as it is. It reads its secrets from variables, which it names at the top: those of a
client by the server that knows it, and a DPoP proof by its hop, since it is good for one request (RFC 9449 §4.3).
It leaves out what a browser did: a sign-in cannot be replayed.
"""

from dataclasses import replace
from typing import Final

from stage.recorder import code
from stage.recorder.exchange import Exchange
from stage.recorder.places import API, IDP, TODO0
from stage.recorder.trace import Trace

KNOWN_AT: Final = {IDP.key: "IDP_", TODO0.key: "TODO0_", API.key: "TODO0_"}
OF_THE_CLIENT: Final = ("client_secret", "client_assertion")
"""Parameters that differ from server to server."""


def as_script(trace: Trace) -> str:
    calls: list[str] = []
    variables: dict[str, None] = {}
    for hop in trace.hops:
        for part in hop.parts if not hop.is_answer else ():
            if part.wire is None:
                continue
            request = read(part, hop.number or hop.key)
            variables |= dict.fromkeys(request.variables)
            what = f"# {hop.number or hop.key}: {hop.title}, answered {part.status or 'nothing'}"
            calls.append(f"{what}\n{code.as_curl(request)} \\\n  -w '\\n%{{http_code}}\\n'")
    first = [f': "${{{name}:?set {name} first}}"' for name in variables]
    head = ["#!/bin/sh", f"# {' '.join(trace.title.split())}", "set -eu", *first]
    return "\n".join(head) + "\n\n" + "\n\n".join(calls) + "\n"


def read(part: Exchange, number: str) -> code.Request:
    """With variables whose names differ wherever their values would."""
    request, known_at = code.read(part), KNOWN_AT.get(part.callee.key, "")
    form = [
        (name, f"{known_at}{value}" if name in OF_THE_CLIENT and name in request.secret else value)
        for name, value in request.form
    ]
    at = number.replace(".", "_")
    headers = {
        name: f"{value}_{at}" if name.lower() == "dpop" and name in request.secret else value
        for name, value in request.headers.items()
    }
    return replace(request, form=form, headers=headers, known_at=known_at)
