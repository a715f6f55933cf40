"""The stage's addresses: its pages, the world by program, where evidence arrives, and the health check."""

from django.urls import include, path

from stage.autopilot.show import begin_story, presenter, show, show_right, show_title
from stage.autopilot.views import show_flight, start_flight
from stage.control.buttons import press
from stage.control.choices import choices
from stage.control.commands import world_door
from stage.faults.evil0 import evil0_door
from stage.kit.health import health
from stage.launchpad import views
from stage.preflight.views import mend, preflight_door, show_preflight, start_preflight
from stage.recorder.receiver import receive_traces

urlpatterns = [
    path("", views.launchpad, name="launchpad"),
    path("how-it-works", views.how_it_works, name="how-it-works"),
    path("v1/traces", receive_traces),
    path("flights", start_flight, name="start-flight"),
    path("flights/<uuid:flight_id>", show_flight, name="flight"),
    path("show", show, name="show"),
    path("show/title", show_title, name="show-title"),
    path("show/right/<slug:key>", show_right, name="show-right"),
    path("show/begin", begin_story, name="begin-story"),
    path("presenter", presenter, name="presenter"),
    path("preflight", show_preflight, name="preflight"),
    path("preflight/run", start_preflight, name="start-preflight"),
    path("preflight/mend/<slug:remedy>", mend, name="mend"),
    path("", include("stage.faults.urls")),
    path("recorder/", include("stage.recorder.urls")),
    path("settings", choices, name="settings"),
    path("world", press),
    path("health", health, name="health"),
    path("-/stage/preflight", preflight_door),
    path("-/stage/<slug:command>", world_door),
    path("-/evil0/<slug:command>", evil0_door),
]
