"""Where an enterprise's own pages answer, under its path: the employee's front page and the admin's pages."""

from django.urls import path
from django.views.generic import RedirectView

from idp_mock.console.dashboard import dashboard
from idp_mock.console.home import admin_home
from idp_mock.directory.app_secret import new_secret
from idp_mock.directory.apps_page import app, apps
from idp_mock.directory.people_page import people
from idp_mock.directory.person_page import person, set_status, undo_change
from idp_mock.keys.page import announce_key, keys, retire_key, rotate_keys
from idp_mock.policy.connection_page import (
    connect,
    connection,
    leave_reading,
    preview_terms,
    restore_terms,
    switch_connection,
)
from idp_mock.policy.matrix import matrix, stop_everything
from idp_mock.policy.resource_server_page import resource_server, restore_resource_server
from idp_mock.policy.what_if_page import what_if
from idp_mock.systemlog.export import export_csv, export_json
from idp_mock.systemlog.views import log
from idp_mock.website.page import domain, restore_domain

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("admin", RedirectView.as_view(pattern_name="admin_home")),
    path("admin/", admin_home, name="admin_home"),
    path("admin/policy", matrix, name="policy_matrix"),
    path("admin/policy/stop", stop_everything, name="policy_stop"),
    path("admin/policy/<int:pk>", connection, name="policy_connection"),
    path("admin/policy/<int:pk>/switch", switch_connection, name="policy_switch"),
    path("admin/policy/<int:pk>/reading", leave_reading, name="policy_reading"),
    path("admin/policy/<int:pk>/preview", preview_terms, name="policy_preview"),
    path("admin/policy/<int:pk>/restore/<int:change>", restore_terms, name="policy_restore"),
    path("admin/policy/<int:pk>/what-if", what_if, name="policy_what_if"),
    path("admin/policy/connect/<int:app>/<int:resource_app>", connect, name="policy_connect"),
    path("admin/apps", apps, name="apps"),
    path("admin/apps/<int:pk>", app, name="app"),
    path("admin/apps/<int:pk>/secret", new_secret, name="app_secret"),
    path("admin/apps/<int:pk>/resource-server", resource_server, name="resource_server"),
    path(
        "admin/apps/<int:pk>/resource-server/restore/<int:change>",
        restore_resource_server,
        name="resource_server_restore",
    ),
    path("admin/apps/<int:pk>/<slug:tab>", app, name="app_tab"),
    path("admin/people", people, name="people"),
    path("admin/people/<int:pk>", person, name="person"),
    path("admin/people/<int:pk>/status", set_status, name="person_status"),
    path("admin/people/<int:pk>/undo/<int:change>", undo_change, name="person_undo"),
    path("admin/keys", keys, name="keys"),
    path("admin/keys/announce", announce_key, name="key_announce"),
    path("admin/keys/rotate", rotate_keys, name="keys_rotate"),
    path("admin/keys/<int:pk>/retire", retire_key, name="key_retire"),
    path("admin/domain", domain, name="domain"),
    path("admin/domain/restore/<int:change>", restore_domain, name="domain_restore"),
    path("admin/log", log, name="system_log"),
    path("admin/log.csv", export_csv, name="system_log_csv"),
    path("admin/log.json", export_json, name="system_log_json"),
]
