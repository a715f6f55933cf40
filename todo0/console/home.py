"""The console's front page: what Todo0 trusts, and what its administrators changed last."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todo0.console.gate import staff_only
from todo0.console.kinds import tell_all
from todo0.console.models import Change
from todo0.federation.models import Connection

NEWEST = 20


@require_safe
@staff_only
def home(request: HttpRequest) -> HttpResponse:
    trusted = Count("pk", filter=Q(active=True, xaa_enabled=True))
    context = {
        "here": "home",
        "connections": Connection.objects.aggregate(all=Count("pk"), trusted=trusted),
        "changes": tell_all(Change.objects.all()[:NEWEST]),
    }
    return render(request, "admin/home.html", context)
