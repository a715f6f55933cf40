"""The stage's addresses: its pages, the world by program, and the health check that every place has."""

from django.urls import path

from stage.control.commands import world_door
from stage.kit.health import health
from stage.launchpad import views

urlpatterns = [
    path("", views.launchpad, name="launchpad"),
    path("how-it-works", views.how_it_works, name="how-it-works"),
    path("health", health, name="health"),
    path("-/stage/<slug:command>", world_door),
]
