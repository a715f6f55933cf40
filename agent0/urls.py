"""Agent0's addresses: the sign-in that it shares with other apps, its pages, and its health."""

from django.urls import include, path

from stage.kit.health import health

urlpatterns = [
    path("signin/", include("xaa.signin.urls")),
    path("health", health),
    path("", include("agent0.assistant.urls")),
]
