"""Todo0's URLs: what programs are told first, the authorization server, the API, the pages."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from stage.kit.control.door import door
from stage.kit.health import health
from todo0.api.endpoint import endpoint
from todo0.api.metadata import describe, protected_resource_metadata
from todo0.assertions.door import rehearsal_door
from todo0.authserver.metadata import Todo0MetadataView
from todo0.authserver.signing_keys import jwks
from todo0.presets.door import rules_door
from todo0.self_service.trial import SetupCallbackView, SetupStartView

urlpatterns = [
    # RFC 9728 §3.1 and RFC 8414 §3.1: the well-known part goes before the identifier's path.
    path(settings.API_METADATA_PATH, protected_resource_metadata),
    path(".well-known/oauth-authorization-server", Todo0MetadataView.as_view()),
    path("oauth/jwks", jwks, name="jwks"),
    path("oauth/", include("todo0.authserver.urls")),
    path("api", endpoint(GET=("read", describe))),
    path("api/", include("todo0.api.urls")),
    path("signin/start", SetupStartView.as_view()),
    path("signin/callback", SetupCallbackView.as_view()),
    path("signin/", include("xaa.signin.urls")),
    path("admin", RedirectView.as_view(pattern_name="admin-home")),
    path("admin/", include("todo0.console.urls")),
    path("setup/", include("todo0.self_service.urls")),
    path("health", health),
    path("-/stage/rehearse", rehearsal_door),
    path("-/stage/rules", rules_door),
    path("-/stage/<slug:command>", door),
    path("", include("todo0.todos.urls")),
]
