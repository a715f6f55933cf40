"""What the frame of Todo0's pages names: the enterprise that the person came by, and no other customer.

It also leads to the console whoever may open it.

Looked up only where a template asks, so a product that shows no frame of the demo pays nothing for it.

Deliberately does not: name anybody's enterprise to whoever is not signed in. The frame then has the demo's first.
"""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from todo0.console.gate import is_staff
from todo0.federation.models import Connection
from xaa.signin.callback import CONNECTION_KEY


def names(request: HttpRequest) -> dict[str, object]:
    slug = getattr(request, "session", {}).get(CONNECTION_KEY)
    if not slug:
        return {}
    is_admin = SimpleLazyObject(lambda: is_staff(request))
    return {"enterprise_name": SimpleLazyObject(lambda: name_of(slug)), "is_admin": is_admin}


def name_of(slug: str) -> str:
    return Connection.objects.filter(slug=slug).values_list("name", flat=True).first() or ""
