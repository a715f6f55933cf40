"""Agent0's addresses: the sign-in that it shares with other apps, its own description, its pages, its health."""

from django.urls import include, path

from agent0.client_metadata import client_metadata
from stage.kit.control.door import door
from stage.kit.health import health

urlpatterns = [
    path("signin/", include("xaa.signin.urls")),
    path("client-metadata.json", client_metadata),  # its public address is settings.CLIENT_DOCUMENT
    path("health", health),
    path("-/stage/<slug:command>", door),
    path("", include("agent0.assistant.urls")),
]
