"""The enterprise's web server as a Django app."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "idp_mock.website"
    label = "website"
