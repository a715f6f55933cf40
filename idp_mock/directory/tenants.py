"""Find the enterprise that a URL names, and say so when there is none: as a page or, to programs, as JSON."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from idp_mock.directory.models import Enterprise


class UnknownTenant(Http404):
    """No enterprise has this name. Left alone, Django shows the 404 page."""

    def __init__(self) -> None:
        super().__init__("No enterprise is served at this address. Check the tenant in the issuer URL.")


def load_enterprise(slug: str) -> Enterprise:
    try:
        return Enterprise.objects.get(slug=slug)
    except Enterprise.DoesNotExist as error:
        raise UnknownTenant from error


View = Callable[[HttpRequest, str], HttpResponseBase]


def tell_unknown_tenant_in_json(view: View) -> View:
    """For endpoints that programs call: a 404 they can read."""

    @wraps(view)
    def answer(request: HttpRequest, tenant: str) -> HttpResponseBase:
        try:
            return view(request, tenant)
        except UnknownTenant as error:
            body = {"error": "unknown_tenant", "error_description": str(error)}
            return JsonResponse(body, status=404, headers={"Cache-Control": "no-store"})

    return answer
