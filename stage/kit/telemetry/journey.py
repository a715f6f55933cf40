"""The trace of a person's way through the parties, which a browser does not carry by itself.

DEMO ONLY: the parties share a host name and cookies ignore ports (RFC 6265 §8.5), so a cookie ``xaa_trace`` can
carry a ``traceparent`` from one party to the next. Parties with names of their own have no such cookie, and need
none: each sees its own part.

A trace begins where Agent0 is opened, and where a sign-in starts without one; every step of the sign-in goes on
with it, in whichever party; the callback ends it, so it tells of one sign-in and nothing else. Whatever a person
does afterwards is a trace of its own, which Agent0 links to that of the sign-in.

Deliberately does not: believe a cookie more than a ``traceparent``: neither decides anything.
"""

import re
from typing import Any, Final

from django.conf import settings

from stage.kit.telemetry import traceparent
from stage.kit.telemetry.exchange import Exchange, Headers

COOKIE: Final = "xaa_trace"
CARRIED: Final = re.compile(rf"(?:^|;\s*){COOKIE}=([0-9a-f-]+)(?:;|$)")
LIFETIME: Final = 600
FRONT: Final = "/"
START: Final = "/signin/start"
CALLBACK: Final = "/signin/callback"
OF_AN_APP: Final = r"/signin/(?:start|callback)"
OF_AN_IDP: Final = r"/[\w-]+/(?:oauth2/v1/)?(?:authorize(?:/resume)?|login(?:/second-factor)?)"
STEPS: Final = re.compile(f"{OF_AN_APP}|{OF_AN_IDP}")
"""The pages that a browser passes through to be signed in."""


def enter(environ: dict[str, Any]) -> None:
    """Put a step of a sign-in into the trace that its cookie names. A stranger's ``tracestate`` ends here."""
    environ.pop("HTTP_TRACESTATE", None)
    carried = _read_cookie(environ)
    if carried and "HTTP_TRACEPARENT" not in environ and STEPS.fullmatch(environ.get("PATH_INFO", "")):
        environ["HTTP_TRACEPARENT"] = carried


def leave(environ: dict[str, Any], exchange: Exchange) -> Headers:
    """What the answer carries on: this trace where one begins, and an end to it where the sign-in has one."""
    path = environ.get("PATH_INFO", "")
    if path == CALLBACK and _read_cookie(environ):
        return [_write_cookie("", 0)]
    is_open_front = path == FRONT and settings.PLACE == "agent0" and exchange.status == 200
    if exchange.traceparent and (is_open_front or (path == START and not _read_cookie(environ))):
        return [_write_cookie(exchange.traceparent, LIFETIME)]
    return []


def _read_cookie(environ: dict[str, Any]) -> str:
    found = CARRIED.search(environ.get("HTTP_COOKIE", ""))
    return found[1] if found and traceparent.read(found[1]) else ""


def _write_cookie(value: str, lifetime: int) -> tuple[str, str]:
    secure = "; Secure" if settings.SESSION_COOKIE_SECURE else ""
    return "Set-Cookie", f"{COOKIE}={value}; HttpOnly; Max-Age={lifetime}; Path=/; SameSite=Lax{secure}"
