"""The recorder's addresses, under ``/recorder``."""

from django.urls import path

from stage.recorder import history, views

urlpatterns = [
    path("", history.show_history, name="recorder"),
    path("latest", views.show_latest, name="recorder-latest"),
    path("traces/<slug:trace_id>", views.show_trace, name="recorder-trace"),
]
