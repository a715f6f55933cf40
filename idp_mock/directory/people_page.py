"""People and groups at a glance: who is suspended, who is in which group, and what a group opens.

Deliberately does not: make or delete anybody. Who works here is told by another system; this page says what of it
counts.
"""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import App, Enterprise, Group, Person
from idp_mock.policy.models import CrossAppConnection

PAGE_SIZE = 50


@require_safe
@admins_only
def people(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    asked = request.GET.get("q", "").replace("\0", "").strip()[:100]
    pages = Paginator(find_people(visitor.enterprise, asked), PAGE_SIZE)
    return visitor.show(
        request,
        "admin/people.html",
        here="people",
        asked=asked,
        found=pages.get_page(request.GET.get("page")),
        groups=load_groups(visitor.enterprise),
    )


def find_people(enterprise: Enterprise, asked: str) -> object:
    """Everybody, or those whose name or login has ``asked`` in it."""
    everybody = enterprise.people.order_by("name", "pk").prefetch_related(
        Prefetch("groups", Group.objects.order_by("name"))
    )
    return everybody.filter(Q(name__icontains=asked) | Q(login__icontains=asked)) if asked else everybody


def load_groups(enterprise: Enterprise) -> object:
    """Each group with how many are in it, the apps it may use, and the connections that are for it."""
    connections = CrossAppConnection.objects.select_related("requesting_app", "resource_app__app")
    return (
        enterprise.groups.annotate(
            active=Count("people", filter=Q(people__status=Person.Status.ACTIVE), distinct=True)
        )
        .prefetch_related(Prefetch("apps", App.objects.order_by("name")), Prefetch("connections", connections))
        .order_by("name")
    )
