"""What the frame of a page names where no view did, as on error pages: the enterprise under whose path it is.

Looked up only where a template asks. Every other page says itself whose it is (``signin.pages.show_page``).

Deliberately does not: believe that the path opens anything. Whose rows a page shows is the gate's business.
"""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from idp_mock.directory.models import Enterprise


def names(request: HttpRequest) -> dict[str, object]:
    slug = request.path_info.strip("/").partition("/")[0]
    if not slug.isascii() or not slug.isprintable():
        return {}
    return {"brand": SimpleLazyObject(lambda: name_of(slug))}


def name_of(slug: str) -> str:
    return Enterprise.objects.filter(slug=slug).values_list("name", flat=True).first() or ""
