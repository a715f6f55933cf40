"""The policy at a glance: requesting apps down, resource apps across, one button a cell, and one for all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from idp_mock import clock
from idp_mock.console.changes import By
from idp_mock.console.gate import Visitor, admins_only
from idp_mock.directory.models import Enterprise
from idp_mock.policy.change import reading_scopes
from idp_mock.policy.decide import allowed_scopes
from idp_mock.policy.models import CrossAppConnection
from idp_mock.policy.residue import load_residues_if_stopped
from idp_mock.policy.stop import resume, stop

STOPPED = "All cross app access is stopped. From the next request on, no app gets an ID-JAG for anybody."
RESUMED = "Cross app access is allowed again: every connection counts as it stands."


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
        residues=load_residues_if_stopped(visitor.enterprise, now=clock.now()),
    )


@require_POST
@admins_only
def stop_everything(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The kill switch. ``to`` names the state wanted, so that a doubled click does not undo itself."""
    by = By(visitor.person, clock.now())
    match request.POST.get("to"):
        case "stopped":
            stop(visitor.enterprise, by=by)
            messages.success(request, STOPPED)
        case "allowed":
            resume(visitor.enterprise, by=by)
            messages.success(request, RESUMED)
    return HttpResponseRedirect(reverse("policy_matrix", args=[visitor.enterprise.slug]), status=303)


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
        "may_be_narrowed": not connection.is_on or set(scopes) != set(reading_scopes(connection)),
        "second_factor": [scope for scope in scopes if scope in connection.second_factor_scopes],
        "groups": sorted(group.name for group in connection.groups.all()),
    }
