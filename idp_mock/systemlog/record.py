"""Write one event into the system log: one INSERT.

In the flow this runs before an ID-JAG leaves and before a refusal is sent. When it fails, the exchange fails:
what cannot be accounted for is not issued.

Deliberately does not: open a transaction. A token exchange has none, so that its refusal stays written; an admin's
change has one, so that it and its record are both there or neither is.
"""

from django.db.models import CharField

from idp_mock.systemlog.models import Event
from idp_mock.systemlog.request_context import request_context

BOUNDED = [field for field in Event._meta.concrete_fields if isinstance(field, CharField)]


def record(event: Event) -> Event:
    """Insert ``event``, with request values cut to what a column holds: nobody's long parameter loses us a row."""
    for field in BOUNDED:
        setattr(event, field.attname, getattr(event, field.attname)[: field.max_length])
    event.request = request_context()
    event.save(force_insert=True)
    return event
