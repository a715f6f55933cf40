"""What every page of the demo knows: where the other places are, which place this is, how the person wants it."""

from django.conf import settings
from django.http import HttpRequest

from stage.kit import addresses
from stage.kit.bar import build_bar
from stage.kit.look import read_look
from xaa.protocol import DRAFT


def house(request: HttpRequest) -> dict[str, object]:
    return {
        "place": settings.PLACE,
        "look": read_look(request),
        "bar": build_bar(request),
        "stage_is_on": settings.STAGE,
        "is_framed": request.headers.get("Sec-Fetch-Dest") == "iframe",  # the split view has one rail for all
        "draft_revision": DRAFT.rpartition("-")[2],
        "places": {
            "stage": addresses.STAGE_URL,
            "agent0": addresses.AGENT0_URL,
            "todo0": addresses.TODO0_URL,
            "idp": addresses.IDP_URL,
            "enterprise": addresses.ENTERPRISE_URL,
        },
        "enterprise_name": addresses.ENTERPRISE,
    }
