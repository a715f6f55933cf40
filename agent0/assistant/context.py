"""What every page of Agent0 may name: the person's own enterprise, and the resource app.

Deliberately does not: name another customer to anybody. Who is not signed in sees the first one.
"""

from django.conf import settings
from django.http import HttpRequest

from agent0.connections import find_connection_for_issuer, first_connection
from xaa.signin.connections import Connection


def names(request: HttpRequest) -> dict[str, str]:
    enterprise = find_own(request)
    return {
        "enterprise_name": enterprise.name,  # in the frame, too
        "idp_name": enterprise.name,
        "app_name": settings.RESOURCE_NAME,
        "app_url": settings.RESOURCE_APP_URL,
        "connection_slug": enterprise.slug,
    }


def find_own(request: HttpRequest) -> Connection:
    """Where the person of this request signed in (``access.signed_in``)."""
    session = getattr(request, "signin_session", None)
    try:
        return find_connection_for_issuer(session.issuer) if session else first_connection()
    except LookupError:
        return first_connection()
