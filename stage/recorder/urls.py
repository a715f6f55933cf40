"""The recorder's addresses, under ``/recorder``."""

from django.urls import path

from stage.recorder import history, live, views

urlpatterns = [
    path("", history.show_history, name="recorder"),
    path("live", live.show_live, name="recorder-live"),
    path("latest", views.show_latest, name="recorder-latest"),
    path("traces/<slug:trace_id>", views.show_trace, name="recorder-trace"),
    path("traces/<slug:trace_id>/live", live.show_news, name="recorder-live-trace"),
]
