"""The console's front page: what Todo0 trusts, and what its administrators changed last."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from todo0.assertions.models import Redemption
from todo0.console.gate import staff_only
from todo0.console.kinds import tell_all
from todo0.console.models import Change
from todo0.federation.models import Connection
from xaa.jwt_bearer.models import CrossAppClient

NEWEST = 20


@require_safe
@staff_only
def home(request: HttpRequest) -> HttpResponse:
    trusted = Count("pk", filter=Q(active=True, xaa_enabled=True))
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    context = {
        "here": "home",
        "connections": Connection.objects.aggregate(all=Count("pk"), trusted=trusted),
        "clients": CrossAppClient.objects.aggregate(all=Count("pk"), enabled=Count("pk", filter=Q(enabled=True))),
        "redemptions": Redemption.objects.filter(at__gte=midnight).aggregate(
            granted=Count("pk", filter=Q(error="")),
            refused=Count("pk", filter=~Q(error="") & ~Q(event=Redemption.Event.LIMIT)),
            limited=Count("pk", filter=Q(event=Redemption.Event.LIMIT)),
        ),
        "changes": tell_all(Change.objects.all()[:NEWEST]),
    }
    return render(request, "admin/home.html", context)
