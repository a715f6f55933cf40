"""Every way a sign-in can fail, each with the page it becomes: what happened, who can mend it, which status.

Nothing that a browser, an IdP or a network does here ends in a 500. The page speaks to the person and names
no value from the other side but the IdP's own words; what was expected and found goes to the log.

Deliberately does not: say "try again" where trying again cannot help.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from xaa.signin.connections import Connection

logger = logging.getLogger("xaa.signin")


@dataclass(frozen=True)
class Failure:
    """``{idp}`` stands for the connection's name. ``code`` is what the log, the page and the tests call it."""

    code: str
    status: int
    what_happened: str
    who_can_mend: str


class SignInFailed(Exception):
    """This sign-in is over. ``detail`` (expected, found) is for the log and holds no secret."""

    def __init__(self, failure: Failure, detail: str = "", *, idp_says: str = "") -> None:
        super().__init__(f"{failure.code}: {detail}")
        self.failure = failure
        self.detail = detail
        self.idp_says = idp_says


_YOU = "You can: start again in this browser. Nothing was changed, and nobody was signed out."
_IDP = "Whoever runs {idp}. Trying again in a minute may help; nothing was changed here."
_IDP_ADMIN = "An administrator of {idp}: it decides who may use this app."
_OPERATOR = "Whoever runs this app: its registration at {idp} and its settings here must agree."

# Starting
UNKNOWN_CONNECTION: Final = Failure(
    "unknown_connection",
    404,
    "The enterprise you chose can no longer be signed in with here.",
    "Whoever runs this app has removed it. You can start from your work e-mail address.",
)
BAD_START: Final = Failure(
    "bad_start",
    400,
    "The link that should start a sign-in is garbled.",
    "Whoever made the link. You can start from your work e-mail address instead.",
)
# The IdP
IDP_UNAVAILABLE: Final = Failure(
    "idp_unavailable",
    503,
    "{idp} does not answer, or what it publishes about itself cannot be used, so nobody can sign in with it now.",
    _IDP,
)
IDP_MISMATCH: Final = Failure(
    "idp_mismatch",
    502,
    "What answers at the address of {idp} says that it is another, so nobody can sign in with it.",
    "Whoever runs this app: it must name the issuer of {idp} exactly as {idp} does.",
)
IDP_KEYS_UNAVAILABLE: Final = Failure(
    "idp_keys_unavailable", 503, "The keys that prove what {idp} says cannot be had now.", _IDP
)
# The answer that came back through the browser
UNKNOWN_STATE: Final = Failure(
    "unknown_state", 400, "This browser did not start this sign-in, or has already finished it.", _YOU
)
STALE_STATE: Final = Failure("stale_state", 400, "This sign-in was started too long ago.", _YOU)
BAD_ANSWER: Final = Failure("bad_answer", 400, "The answer from {idp} is incomplete or garbled.", _YOU)
WRONG_SENDER: Final = Failure(
    "wrong_sender",
    400,
    "This answer does not come from {idp}, where the sign-in was started.",
    "You can: start again. If it happens again, tell whoever runs this app: two sign-ins may be mixed up.",
)
SESSION_ENDED: Final = Failure(
    "session_ended", 400, "You were signed out in another tab while this sign-in was under way.", _YOU
)
IDP_DENIED: Final = Failure("idp_denied", 403, "{idp} did not let you in.", _IDP_ADMIN)
IDP_WANTS_YOU: Final = Failure(
    "idp_wants_you",
    403,
    "{idp} cannot sign you in without asking you something.",
    "You can: start again, and answer what {idp} asks.",
)
IDP_BUSY: Final = Failure("idp_busy", 503, "{idp} cannot sign anybody in at the moment.", _IDP)
IDP_REFUSED_REQUEST: Final = Failure(
    "idp_refused_request", 502, "{idp} did not accept this app's request to sign you in.", _OPERATOR
)
# The token endpoint
CODE_REFUSED: Final = Failure(
    "code_refused", 400, "{idp} no longer accepts the one-time code of this sign-in.", _YOU
)
CLIENT_REFUSED: Final = Failure("client_refused", 502, "{idp} did not accept this app's credentials.", _OPERATOR)
TOKENS_UNUSABLE: Final = Failure("tokens_unusable", 502, "{idp} gave this app an answer that it cannot use.", _IDP)
# What the IdP says about the person
ID_TOKEN_REFUSED: Final = Failure(
    "id_token_refused",
    403,
    "What {idp} says about you is not a statement that this app may accept.",
    "You can start again. If it happens again: whoever runs this app, with {idp}. The log names the rule.",
)
USERINFO_REFUSED: Final = Failure(
    "userinfo_refused", 403, "{idp} gave this app the profile of somebody else.", _IDP
)
INACTIVE_USER: Final = Failure(
    "inactive_user",
    403,
    "{idp} knows you, but your account in this app is switched off.",
    "An administrator of this app.",
)


def failure_page(
    request: HttpRequest,
    failed: SignInFailed,
    *,
    connection: Connection | None = None,
    asked: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page of ``failed``, and one line in the log. ``connection`` is None while it is not known.

    ``asked`` is what a link back to the start must ask for again (``StartRequest.as_link``).
    """
    failure = failed.failure
    slug, idp = (connection.slug, connection.name) if connection else ("", "the identity provider")
    logger.warning("sign-in failed: %s connection=%r detail=%s", failure.code, slug, failed.detail)
    again = ({"connection": slug} if slug else {}) | dict(asked or {})
    context = {
        "code": failure.code,
        "what_happened": _sentence(failure.what_happened, idp),
        "who_can_mend": _sentence(failure.who_can_mend, idp),
        "idp_says": failed.idp_says,
        "start_again": reverse("signin:start", query=again or None),
    }
    return render(request, "signin/failed.html", context, status=failure.status)


def _sentence(text: str, idp: str) -> str:
    words = text.replace("{idp}", idp)
    return words[:1].upper() + words[1:]
