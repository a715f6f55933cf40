"""The registered apps, and one of them: what it is, how it signs people in, whose it is, where it may act.

In the flow the last tab is the one that matters. It has Okta's two lists: *Apps granted consent* are those that
may act at this app, *Apps providing consent* are those at which this app may act.

Deliberately does not: register an app, which the seed does. A connection is changed on its own page, a secret by
``app_secret``, what a resource app calls us by ``idp_mock.policy.resource_server_page``.
"""

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.app_secret import name_of_secret
from idp_mock.directory.models import App, Group, Person
from idp_mock.policy.matrix import describe
from idp_mock.policy.models import CrossAppConnection, ResourceApp

TABS = {
    "general": "General",
    "sign-on": "Sign-on",
    "assignments": "Assignments",
    "connections": "Connections",
}
RESOURCE_SERVER = "resource-server"
"""The tab that only an app has at which others act: Okta's name for it, and a page of its own."""


@require_safe
@admins_only
def apps(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    rows = visitor.enterprise.apps.select_related("resource_app", "service_provider").order_by("name", "pk")
    rows = rows.prefetch_related(Prefetch("assigned_groups", Group.objects.order_by("name")))
    return visitor.show(request, "admin/apps.html", here="apps", rows=[role_of(app) for app in rows])


@require_safe
@admins_only
def app(request: HttpRequest, visitor: Visitor, pk: int, tab: str = "general") -> HttpResponse:
    if tab not in TABS:
        raise Http404("No such tab.")
    registered = App.objects.select_related("resource_app", "service_provider")
    found = get_object_or_404(registered, enterprise=visitor.enterprise, pk=pk)
    shown = {
        "sign-on": show_sign_on,
        "assignments": show_assignments,
        "connections": show_connections,
    }.get(tab, lambda _found: {})
    return visitor.show(
        request,
        "admin/app.html",
        here="apps",
        tabs=tabs_of(found, tab),
        tab=tab,
        **role_of(found),
        **shown(found),
    )


def tabs_of(found: App, here: str) -> list[tuple[str, str, bool]]:
    """``name, words, is here``."""
    more = {RESOURCE_SERVER: "Resource server"} if hasattr(found, "resource_app") else {}
    return [(name, words, name == here) for name, words in (TABS | more).items()]


def role_of(found: App) -> dict[str, object]:
    return {
        "app": found,
        "target": getattr(found, "resource_app", None),
        "service_provider": getattr(found, "service_provider", None),
    }


def show_sign_on(found: App) -> dict[str, object]:
    return {"secret_name": name_of_secret(found)}


def show_assignments(found: App) -> dict[str, object]:
    active = Count("people", filter=Q(people__status=Person.Status.ACTIVE), distinct=True)
    return {"assigned": found.assigned_groups.annotate(active=active).order_by("name")}


def show_connections(found: App) -> dict[str, object]:
    """Both lists, and for each the apps that could still be connected."""
    connections = CrossAppConnection.objects.filter(enterprise=found.enterprise_id).select_related(
        "requesting_app", "resource_app__app"
    )
    connections = connections.prefetch_related("groups")
    return {
        "granted": [describe(each) for each in connections.filter(resource_app__app=found)],
        "providing": [describe(each) for each in connections.filter(requesting_app=found)],
        "could_ask": find_requesting(found),
        "could_provide": find_targets(found),
    }


def find_requesting(found: App) -> QuerySet[App]:
    """The apps that could be allowed to act at this one."""
    if not hasattr(found, "resource_app"):
        return App.objects.none()
    others = App.objects.filter(enterprise=found.enterprise_id, is_requesting_app=True).exclude(pk=found.pk)
    return others.exclude(connections__resource_app=found.resource_app).order_by("name")


def find_targets(found: App) -> QuerySet[ResourceApp]:
    """The apps at which this one could be allowed to act."""
    if not found.is_requesting_app:
        return ResourceApp.objects.none()
    others = ResourceApp.objects.filter(enterprise=found.enterprise_id).exclude(app=found)
    return others.exclude(connections__requesting_app=found).select_related("app").order_by("app__name")
