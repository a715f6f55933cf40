"""The stage's two pages. Both only read; neither knows a token."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stage.kit import addresses
from stage.kit.look import read_look
from stage.launchpad.doors import list_doors, list_people
from stage.launchpad.flow import tell_steps
from stage.launchpad.frames import choose_frames, find_live
from stage.launchpad.parties import fetch_health, list_parties
from stage.preflight.models import Preflight
from stage.recorder.newest import is_recorded


@require_safe
@never_cache
def launchpad(request: HttpRequest) -> HttpResponse:
    """The first page: what this is, whether all is well, and three doors."""
    answers = fetch_health(list_parties(), allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES)
    flow = tell_flow()
    preflight = Preflight.objects.last()
    context = flow | {
        "answers": answers,
        "silent": [answer for answer in answers if not answer.is_well],
        "preflight": preflight,
        "tape": preflight.tape if preflight and is_recorded(preflight.tape) else "",
        "doors": list_doors(idp_is_ours=bool(flow["idp_is_ours"])),
        "people": list_people(),
    }
    return render(request, "launchpad/page.html", context)


@require_safe
@never_cache
def how_it_works(request: HttpRequest) -> HttpResponse:
    """The story in six frames, and what of it is real here; on a projector one at a time."""
    chosen = choose_frames(request.GET.get("frame", ""), paged=bool(read_look(request).stage))
    return render(request, "how/page.html", tell_flow() | chosen | {"live": find_live()})


def tell_flow() -> dict[str, object]:
    """The story with the name of the IdP that is configured: ours, or somebody else's."""
    is_ours = addresses.ENTERPRISE_URL == addresses.IDP_URL
    called = f"{addresses.ENTERPRISE} IdP" if is_ours else addresses.ENTERPRISE
    return {"steps": tell_steps(addresses.ENTERPRISE), "idp_is_ours": is_ours, "idp_called": called}
