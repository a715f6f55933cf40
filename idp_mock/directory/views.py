"""The front door: which enterprises are served here.

DEMO ONLY: a real multi-tenant IdP does not list its customers.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from idp_mock.directory.models import Enterprise


@require_safe
def enterprises(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/enterprises.html", {"enterprises": Enterprise.objects.order_by("name")})
