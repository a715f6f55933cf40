"""Who may open a page of the console: Todo0's own administrators, who came from Todo0's own company.

In the flow this stands before every page under ``/admin/``. The account's row is read anew for each request, so a
lost right counts at once. A customer's admin is nobody here: she decides at her own company's IdP. Nor does the
right alone open anything: with it on an account that a customer's IdP signs in, that IdP would rule Todo0.

The right is on the account, or in the configuration (``administrators``).

Deliberately does not: know a second role, or name Todo0's administrators to a customer's people.
"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from todo0.console import administrators
from xaa.signin.callback import CONNECTION_KEY

Page = Callable[..., HttpResponse]


def staff_only(page: Page) -> Page:
    """Whoever is not signed in is sent to do so and comes back; others get a page that says whose this is."""

    @never_cache
    @wraps(page)
    def enter(request: HttpRequest, **named: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(sign_in_address(request), status=303)
        if not is_staff(request):
            context = {"sign_in": sign_in_address(request), "came": request.session.get(administrators.KEY)}
            return render(request, "admin/forbidden.html", context, status=403)
        return page(request, **named)

    return enter


def is_staff(request: HttpRequest) -> bool:
    """Somebody is signed in who has the right, and Todo0's own company vouched for this sign-in."""
    if not request.user.is_authenticated or request.session.get(CONNECTION_KEY) != settings.STAFF_CONNECTION:
        return False
    return bool(getattr(request.user, "is_staff", False)) or administrators.is_named(request)


def sign_in_address(request: HttpRequest) -> str:
    """At Todo0's own company, and back here; a form that was sent is not sent again, so back to the front page."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("admin-home")
    return f"{reverse('signin:start')}?{urlencode({'connection': settings.STAFF_CONNECTION, 'next': wanted})}"
