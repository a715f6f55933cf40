"""A return ticket: on a page of a party it stands in the stage's buttons, and says that the page was ours.

In the flow the bar of every page posts to the stage, across origins, where no CSRF cookie of the stage's can help:
a page of a stranger could post as well, but it has no ticket. The stage then sends the browser back to the page
that the ticket names. DEMO ONLY: whoever can open a page of the demo may press its buttons.

Deliberately does not: lead anywhere but to the five places (an open redirect lends our address to a stranger), or
live longer than a page is looked at.
"""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest

from stage.kit import addresses

SALT: Final = "stage.kit.ticket"
LIFETIME: Final = 2 * 3600
"""Seconds: as long as a talk, by the real clock."""


class NoTicket(Exception):
    """Missing, altered, too old, or to somewhere else."""


def make_ticket(request: HttpRequest) -> str:
    return signing.dumps(_find_way_back(request), key=settings.STAGE_KEY, salt=SALT)


def read_ticket(text: str) -> str:
    """The address that it leads to."""
    try:
        url = str(signing.loads(text, key=settings.STAGE_KEY, salt=SALT, max_age=LIFETIME))
    except signing.BadSignature as error:
        raise NoTicket from error
    if _origin_of(url) not in _origins():
        raise NoTicket
    return url


def own_url() -> str:
    """The public address of this place, which a proxy may know better than the request."""
    return addresses.url_of(settings.PLACE.upper())


def _find_way_back(request: HttpRequest) -> str:
    """This page. One that answers a form leads back to the page that the form was on, else to the front page."""
    if request.method in ("GET", "HEAD"):
        return f"{own_url()}{request.get_full_path()}"
    referer = request.headers.get("Referer", "")
    return referer if _origin_of(referer) == own_url() else f"{own_url()}/"


def _origins() -> set[str]:
    urls = (addresses.STAGE_URL, addresses.AGENT0_URL, addresses.TODO0_URL, addresses.IDP_URL)
    return {_origin_of(url) for url in (*urls, addresses.TODO0_MCP_URL)}


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
