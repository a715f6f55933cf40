"""The one enterprise whose people may sign in here, as ``xaa.signin`` wants it described.

Agent0 serves one enterprise, named by AGENT0_IDP_* in the environment. An app with many customers puts an
object with the same two methods here that reads its database.
"""

from django.conf import settings

from agent0.client_key import load_client_key
from xaa.signin.connections import Connection, StaticConnections

CONNECTIONS = StaticConnections(
    [
        Connection(
            slug="enterprise",
            name=settings.IDP_NAME,
            issuer=settings.IDP_ISSUER,
            client_id=settings.IDP_CLIENT_ID,
            client_secret=settings.IDP_CLIENT_SECRET,
            client_key=load_client_key() if settings.SIGNS else None,
            scope=settings.SIGNIN_SCOPE,
            email_domains=settings.IDP_EMAIL_DOMAINS,
        )
    ]
)
