"""Find the enterprise that a URL names."""

from django.http import Http404

from idp_mock.directory.models import Enterprise


class UnknownTenant(Http404):
    """No enterprise has this name: 404, as JSON from protocol endpoints and as a page from browser ones."""

    def __init__(self) -> None:
        super().__init__("No enterprise is served at this address. Check the tenant in the issuer URL.")


def load_enterprise(slug: str) -> Enterprise:
    try:
        return Enterprise.objects.get(slug=slug)
    except Enterprise.DoesNotExist as error:
        raise UnknownTenant from error
