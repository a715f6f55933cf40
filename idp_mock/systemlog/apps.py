"""Every decision of the IdP."""

from django.apps import AppConfig


class SystemLogConfig(AppConfig):
    name = "idp_mock.systemlog"
    label = "systemlog"
