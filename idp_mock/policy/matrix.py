"""The policy at a glance: requesting apps down, resource apps across, one button a cell."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Enterprise
from idp_mock.policy.decide import allowed_scopes
from idp_mock.policy.models import CrossAppConnection


@require_safe
@admins_only
def matrix(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    # In the order of registration, so that no column moves under the hand that has just switched it.
    resource_apps = list(visitor.enterprise.resource_apps.select_related("app").order_by("pk"))
    return visitor.show(
        request,
        "admin/policy.html",
        here="policy",
        resource_apps=resource_apps,
        rows=load_rows(visitor.enterprise, resource_apps),
    )


def load_rows(enterprise: Enterprise, resource_apps: list) -> list[dict[str, object]]:
    """One row a requesting app, one cell a resource app, with the connection between them or None."""
    connections = {
        (found.requesting_app_id, found.resource_app_id): found
        for found in enterprise.connections.select_related("resource_app").prefetch_related("groups")
    }
    return [
        {
            "app": app,
            "cells": [
                {
                    "resource_app": target,
                    "is_itself": target.app_id == app.pk,
                    "terms": describe(connections.get((app.pk, target.pk))),
                }
                for target in resource_apps
            ],
        }
        for app in enterprise.apps.filter(is_requesting_app=True).order_by("name")
    ]


def describe(connection: CrossAppConnection | None) -> dict[str, object] | None:
    if connection is None:
        return None
    scopes = allowed_scopes(connection)
    return {
        "connection": connection,
        "scopes": scopes,
        "second_factor": [scope for scope in scopes if scope in connection.second_factor_scopes],
        "groups": sorted(group.name for group in connection.groups.all()),
    }
