"""Who may open a page of the enterprise: its signed-in people, and for the admin's pages its admins.

In the flow this stands before every page. The person's row is read anew for each, so a suspension and a lost admin
right count at once.

Deliberately does not: know roles beyond *admin*, or let one enterprise's admin near another's pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from idp_mock.directory.models import Enterprise, Person
from idp_mock.directory.tenants import load_enterprise
from idp_mock.signin.browser import NotSignedIn, load_browser_session
from idp_mock.signin.pages import show_page


@dataclass(frozen=True)
class Visitor:
    """Somebody who was let in."""

    enterprise: Enterprise
    person: Person

    def show(self, request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
        return show_page(request, template, self.enterprise, status=status, person=self.person, **context)


Page = Callable[..., HttpResponse]


def employees_only(page: Page) -> Page:
    """The page gets a ``Visitor`` in place of the tenant's name; others are sent to sign in and come back."""

    @wraps(page)
    def enter(request: HttpRequest, tenant: str, **named: object) -> HttpResponse:
        enterprise = load_enterprise(tenant)
        try:
            person = load_browser_session(request, enterprise).person
        except NotSignedIn:
            return ask_to_sign_in(request, enterprise)
        if not person.is_active:
            return show_page(request, "signin/suspended.html", enterprise, status=403)
        return page(request, Visitor(enterprise, person), **named)

    return enter


def admins_only(page: Page) -> Page:
    """As above, and everybody but this enterprise's admins gets a page that says who is one."""

    @wraps(page)
    def enter(request: HttpRequest, visitor: Visitor, **named: object) -> HttpResponse:
        if not visitor.person.is_admin:
            admins = visitor.enterprise.people.filter(is_admin=True, status=Person.Status.ACTIVE)
            return visitor.show(request, "admin/forbidden.html", status=403, admins=admins.order_by("name"))
        return page(request, visitor, **named)

    return employees_only(enter)


def ask_to_sign_in(request: HttpRequest, enterprise: Enterprise) -> HttpResponse:
    """To the sign-in page and back here; a form that was sent is not sent again, so back to the front page."""
    home = reverse("dashboard", args=[enterprise.slug])
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else home
    sign_in = reverse("sign_in", args=[enterprise.slug])
    return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': wanted})}", status=303)
