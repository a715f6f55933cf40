"""The names taken from django-oauth-toolkit (DOT), in one place: its next major release moves most of them.

``xaa.jwt_bearer`` keeps a list of its own, since it is lifted alone.
"""

from oauth2_provider.models import get_access_token_model, get_application_model, get_grant_model
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.views import AuthorizationView, RevokeTokenView, TokenView
from oauth2_provider.views.mixins import OAuthLibMixin

__all__ = [
    "AccessToken",
    "Application",
    "AuthorizationView",
    "BaseScopes",
    "Grant",
    "OAuthLibMixin",
    "RevokeTokenView",
    "TokenView",
]

AccessToken = get_access_token_model()
Application = get_application_model()
Grant = get_grant_model()
