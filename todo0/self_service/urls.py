"""Where a setup answers, under ``/setup/``. Every change is a form, and needs no JavaScript."""

from django.urls import path

from todo0.self_service.activation_step import activation, done
from todo0.self_service.domain_step import domain
from todo0.self_service.idp_step import idp
from todo0.self_service.link import begin_setup, show_link
from todo0.self_service.registration_step import registration
from todo0.self_service.steps import setup
from todo0.self_service.trial import sign_in, try_sign_in

urlpatterns = [
    path("", setup, name="setup"),
    path("link/<str:link>", show_link, name="setup-link"),
    path("begin", begin_setup, name="setup-begin"),
    path("idp", idp, name="setup-idp"),
    path("registration", registration, name="setup-registration"),
    path("domain", domain, name="setup-domain"),
    path("sign-in", sign_in, name="setup-sign-in"),
    path("sign-in/try", try_sign_in, name="setup-try"),
    path("activation", activation, name="setup-activation"),
    path("done", done, name="setup-done"),
]
