"""The front door: which enterprises are served here, for the demo; a product's visitors know their own.

DEMO ONLY: a real multi-tenant IdP does not list its customers, and neither does this one without the stage.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from idp_mock.directory.models import Enterprise


@require_safe
def enterprises(request: HttpRequest) -> HttpResponse:
    found = Enterprise.objects.order_by("name") if settings.STAGE else []
    return render(request, "directory/enterprises.html", {"enterprises": found})
