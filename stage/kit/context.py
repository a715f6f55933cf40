"""What every page of the demo knows: where the other places are, and which place this is."""

from django.conf import settings
from django.http import HttpRequest

from stage.kit import addresses


def house(request: HttpRequest) -> dict[str, object]:
    return {
        "place": settings.PLACE,
        "stage_is_on": settings.STAGE,
        "places": {
            "stage": addresses.STAGE_URL,
            "agent0": addresses.AGENT0_URL,
            "todo0": addresses.TODO0_URL,
            "idp": addresses.IDP_URL,
        },
    }
