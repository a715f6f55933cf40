"""The stage's addresses: two pages, and the health check that every place has."""

from django.urls import path

from stage.kit.health import health
from stage.launchpad import views

urlpatterns = [
    path("", views.launchpad, name="launchpad"),
    path("how-it-works", views.how_it_works, name="how-it-works"),
    path("health", health, name="health"),
]
