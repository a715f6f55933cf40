"""Break it: its addresses."""

from django.urls import path

from stage.faults import views

urlpatterns = [
    path("break", views.show_all, name="break"),
    path("break/clear", views.clear, name="break-clear"),
    path("break/<slug:number>", views.show_one, name="break-one"),
    path("break/<slug:number>/arm", views.arm, name="break-arm"),
    path("break/<slug:number>/run", views.run, name="break-run"),
]
