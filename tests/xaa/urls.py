"""The token endpoint and its metadata, mounted as ``xaa/jwt_bearer/README.md`` says."""

from django.urls import include, path

from xaa.jwt_bearer.views import AuthorizationServerMetadataView, TokenView

urlpatterns = [
    path(".well-known/oauth-authorization-server", AuthorizationServerMetadataView.as_view()),
    path("o/", include(([path("token/", TokenView.as_view(), name="token")], "oauth2_provider"))),
]
