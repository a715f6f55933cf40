"""How a person wants her pages: theme, text size, motion, keys, and the stage mode for a projector.

In the flow each choice is a cookie. Cookies ignore ports, so that one choice is good for all places of a demo on
one host; the server writes it into the page, which therefore never flashes. ``?stage=1`` and ``?stage=0`` on any
page switch stage mode, and are remembered as well.

Deliberately does not: keep anything about a person. What a cookie says is one of the words below, or is not read.
"""

from dataclasses import dataclass
from typing import Final

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, HttpResponse

THEMES: Final = ("light", "dark", "contrast")
TEXTS: Final = ("large", "larger")
MOTIONS: Final = ("less",)
SHORTCUTS: Final = ("on", "off")
ON: Final = ("on",)
CHOICES: Final = {"theme": THEMES, "text": TEXTS, "motion": MOTIONS, "shortcuts": SHORTCUTS, "stage": ON}
"""The cookies, and what each may say beside nothing."""

YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True)
class Look:
    """Empty words are the system's own choice."""

    theme: str = ""
    text: str = ""
    motion: str = ""
    shortcuts: str = ""
    stage: str = ""

    @property
    def shown_theme(self) -> str:
        """A projector washes dark colours out: in stage mode light is the default."""
        return self.theme or ("light" if self.stage else "")

    @property
    def keys(self) -> str:
        """Whether single keys act on a page: ``on``, ``off``, or empty, which is only where the focus is.

        A presenter has them by stage mode, unless she has switched them off (WCAG 2.2, 2.1.4).
        """
        return self.shortcuts or self.stage


def read_look(request: HttpRequest) -> Look:
    told = {name: request.COOKIES.get(name, "") for name in CHOICES}
    if (switched := _read_switch(request)) is not None:
        told["stage"] = switched
    return Look(**{name: value if value in CHOICES[name] else "" for name, value in told.items()})


def remember(response: HttpResponse, name: str, value: str) -> None:
    """``value`` is one of ``CHOICES``, or empty for the system's own."""
    if value in CHOICES[name]:
        response.set_cookie(name, value, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie(name, samesite="Lax")


def remember_stage_mode(request: HttpRequest, response: HttpResponse) -> None:
    if (switched := _read_switch(request)) is not None:
        remember(response, "stage", switched)


def _read_switch(request: HttpRequest) -> str | None:
    if request.method != "GET":
        return None
    try:
        asked = request.GET.get("stage", "")
    except TooManyFieldsSent:  # its page will be a refusal, which wants looks as well
        return None
    return {"1": "on", "0": ""}.get(asked)
