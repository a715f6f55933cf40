"""The front page: the way in for somebody who is not signed in, and straight to the list for everybody else.

In the flow this is where a person's work e-mail address finds her enterprise's IdP (home-realm discovery);
the sign-in itself is ``xaa.signin``.

Deliberately does not: ask for a password. Todo0 has none.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todo0.federation.models import Connection
from xaa.signin.start_request import keep_local_path


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    here = keep_local_path(request.GET.get("next", ""))
    if request.user.is_authenticated:
        return redirect(here or "todos")
    # DEMO ONLY: a product with many customers asks for the e-mail address alone, since a list of connections
    # is a list of customers (ID-JAG §9.4).
    staffs_own = "" if settings.STAFF_IDP_ISSUER == settings.IDP_ISSUER else settings.STAFF_CONNECTION
    customers = Connection.objects.filter(active=True).exclude(slug=staffs_own)
    connections = customers.order_by("name") if settings.STAGE else []
    return render(request, "home.html", {"connections": connections, "next": here})
