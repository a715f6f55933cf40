"""The authorization server's endpoints, under the names that django-oauth-toolkit looks them up by.

Deliberately does not: mount the toolkit's device flow, dynamic registration, or its pages to manage
applications and tokens. What is not mounted cannot be left unguarded.
"""

from django.urls import path

from todo0.authserver.consent import ConsentView
from todo0.authserver.dot import RevokeTokenView
from todo0.authserver.introspection import introspect
from todo0.authserver.wire import client_endpoint, form_endpoint, no_store
from xaa.jwt_bearer.views import TokenView

app_name = "oauth2_provider"
urlpatterns = [
    path("authorize", no_store(ConsentView.as_view()), name="authorize"),
    path("token", client_endpoint(TokenView.as_view()), name="token"),
    path("revoke", form_endpoint(RevokeTokenView.as_view()), name="revoke-token"),
    path("introspect", introspect, name="introspect"),
]
