"""A page that acts on the world: only where there is a stage, and never from a cache.

Deliberately does not: ask who presses. DEMO ONLY: whoever may open the stage's pages may press their buttons.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

Page = Callable[..., HttpResponse]


def staged(page: Page) -> Page:
    @never_cache
    @wraps(page)
    def enter(request: HttpRequest, **named: Any) -> HttpResponse:
        if not settings.STAGE_KEY:
            raise Http404
        return page(request, **named)

    return enter
