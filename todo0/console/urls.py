"""Where the console answers, under ``/admin/``. Every change is a POST of its own, and needs no JavaScript."""

from django.urls import path

from todo0.assertions.bench import bench
from todo0.assertions.page import log
from todo0.authserver.client_page import (
    client,
    end_former_secret,
    rotate_client_secret,
    switch_client,
    undo_client,
)
from todo0.authserver.client_url_page import allow_client
from todo0.authserver.clients_page import add_client, clients
from todo0.console.home import home
from todo0.federation.connection_page import (
    change_client_secret,
    connection,
    switch_connection,
    undo_connection,
)
from todo0.federation.connections_page import add_connection, connections
from todo0.federation.organization_page import add_member, organization, remove_member, undo_organization
from todo0.federation.organizations_page import organizations
from todo0.federation.server_page import server, undo_server
from todo0.federation.trial import try_sign_in
from todo0.resources.api_page import api, switch_api, undo_api
from todo0.resources.apis_page import add_api, apis
from todo0.self_service.invitations_page import (
    invitation,
    invitations,
    invite,
    renew_invitation,
    revoke_invitation,
)

ORGANIZATION = "connections/<int:pk>/organizations/<int:organization>"

urlpatterns = [
    path("", home, name="admin-home"),
    path("connections", connections, name="admin-connections"),
    path("connections/add", add_connection, name="admin-connection-add"),
    path("connections/<int:pk>", connection, name="admin-connection"),
    path("connections/<int:pk>/sign-in", switch_connection, {"name": "active"}, name="admin-connection-active"),
    path("connections/<int:pk>/xaa", switch_connection, {"name": "xaa_enabled"}, name="admin-connection-xaa"),
    path("connections/<int:pk>/secret", change_client_secret, name="admin-connection-secret"),
    path("connections/<int:pk>/try", try_sign_in, name="admin-connection-try"),
    path("connections/<int:pk>/undo/<int:change>", undo_connection, name="admin-connection-undo"),
    path("connections/<int:pk>/organizations", organizations, name="admin-organizations"),
    path(ORGANIZATION, organization, name="admin-organization"),
    path(f"{ORGANIZATION}/join", add_member, name="admin-member-add"),
    path(f"{ORGANIZATION}/leave", remove_member, name="admin-member-remove"),
    path(f"{ORGANIZATION}/undo/<int:change>", undo_organization, name="admin-organization-undo"),
    path("invitations", invitations, name="admin-invitations"),
    path("invitations/add", invite, name="admin-invite"),
    path("invitations/<int:pk>", invitation, name="admin-invitation"),
    path("invitations/<int:pk>/link", renew_invitation, name="admin-invitation-link"),
    path("invitations/<int:pk>/revoke", revoke_invitation, name="admin-invitation-revoke"),
    path("clients", clients, name="admin-clients"),
    path("clients/add", add_client, name="admin-client-add"),
    path("clients/allow", allow_client, name="admin-client-allow"),
    path("clients/<int:pk>", client, name="admin-client"),
    path("clients/<int:pk>/xaa", switch_client, name="admin-client-xaa"),
    path("clients/<int:pk>/secret", rotate_client_secret, name="admin-client-secret"),
    path("clients/<int:pk>/secret/end", end_former_secret, name="admin-client-secret-end"),
    path("clients/<int:pk>/undo/<int:change>", undo_client, name="admin-client-undo"),
    path("apis", apis, name="admin-apis"),
    path("apis/add", add_api, name="admin-api-add"),
    path("apis/<int:pk>", api, name="admin-api"),
    path("apis/<int:pk>/use", switch_api, name="admin-api-use"),
    path("apis/<int:pk>/undo/<int:change>", undo_api, name="admin-api-undo"),
    path("server", server, name="admin-server"),
    path("server/undo/<int:change>", undo_server, name="admin-server-undo"),
    path("assertions", log, name="admin-assertions"),
    path("assertions/bench", bench, name="admin-bench"),
]
