"""What every page of Agent0 may name: the enterprise and the resource app, as configured."""

from django.conf import settings
from django.http import HttpRequest

from agent0.connections import CONNECTIONS


def names(request: HttpRequest) -> dict[str, str]:
    return {
        "idp_name": settings.IDP_NAME,
        "app_name": settings.RESOURCE_NAME,
        "app_url": settings.RESOURCE_APP_URL,
        "connection_slug": CONNECTIONS.connections[0].slug,
    }
