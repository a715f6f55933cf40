"""``GET /health``: 200 ``ok`` when this process can serve and its database answers, 503 otherwise.

Deliberately does not: touch the session, ask another party, or say what is wrong to a stranger (the log says it).
"""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    if not has_database():
        return HttpResponse("database unavailable", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")


def has_database() -> bool:
    """For a server that is not Django's own as well."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("health: the database does not answer")
        return False
    return True
