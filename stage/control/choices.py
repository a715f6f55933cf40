"""L-4, the settings: how a person wants the pages of all places, each choice a cookie (``stage.kit.look``).

In the flow it is a plain form that comes back to itself; every place reads the cookies from its next page on.

Deliberately does not: keep anything at the stage, or offer what nobody has built. The language is English and the
draft is pinned; both are told and cannot be changed.
"""

from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from stage.kit.look import CHOICES, read_look, remember


class Offer(NamedTuple):
    """A group of radio buttons. An option is a value, empty for the system's own, its name, and what it does."""

    name: str
    legend: str
    options: tuple[tuple[str, str, str], ...]


OFFERS: Final = (
    Offer(
        "theme",
        "Theme",
        (
            ("", "As my system has it", "Light or dark, and high contrast if the system asks for it."),
            ("light", "Light", ""),
            ("dark", "Dark", ""),
            ("contrast", "High contrast", "Black or white backgrounds, and text that stands out by at least 7:1."),
        ),
    ),
    Offer(
        "text",
        "Text size",
        (
            ("", "As my browser has it", ""),
            ("large", "Large", "One eighth more."),
            ("larger", "Larger", "A third more."),
        ),
    ),
    Offer(
        "motion",
        "Motion",
        (("", "As my system has it", ""), ("less", "Less", "Nothing slides, and what spins does so slowly.")),
    ),
    Offer(
        "shortcuts",
        "Keyboard shortcuts",
        (
            ("", "In stage mode", "Space, 1 to 4, t, b and a full stop there; elsewhere, inside a diagram."),
            ("on", "On", "Press g, then a for Agent0, t Todo0, i the IdP, p its policy, r the recorder, l here."),
            ("off", "Off", "Letters do nothing, so that dictating to the computer changes no page."),
        ),
    ),
    Offer(
        "stage",
        "Stage mode",
        (
            ("", "Off", ""),
            ("on", "On", "For a projector: large text, strong colours, and nothing but what the audience needs."),
        ),
    ),
)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def choices(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        response: HttpResponse = HttpResponseRedirect(f"{reverse('settings')}?saved=1")
        for name in CHOICES:
            remember(response, name, request.POST.get(name, ""))
        return response
    look = read_look(request)
    offers = [(offer, getattr(look, offer.name)) for offer in OFFERS]
    return render(request, "settings.html", {"offers": offers, "is_saved": "saved" in request.GET})
