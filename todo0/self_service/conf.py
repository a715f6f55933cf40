"""The settings of the setup by an enterprise's own admin, in one place.

``TODO0_DOMAIN_HOSTS``   DEMO ONLY: where the web server of a domain is that no name server knows, such as
                         ``globex.example=http://localhost:8003/globex``, separated by spaces. As a hosts file, it
                         only says where to ask: the request is a real one. It counts only where private
                         addresses may be reached (``XAA_ALLOW_PRIVATE_ADDRESSES``). A product leaves it out.
"""

from datetime import timedelta
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from stage.kit import env
from xaa.throttle.allowance import SECOND, Allowance

LIFETIMES: Final = {1: "A day", 3: "Three days", 7: "A week", 14: "Two weeks"}
"""Days for which a link can be made to work."""
USUAL_LIFETIME: Final = 7
SETUP_LIFETIME: Final = timedelta(days=7)
"""How long a setup may take, from the moment that its link is used."""
WRONG_LINKS: Final = 30
"""Links and cookies of no setup that one address may try in a minute, before it is told to wait."""
CALLS: Final = Allowance(spacing=6 * SECOND, burst=10)
"""Requests to other servers that one setup may cause: ten at once, then ten a minute."""


def read_hosts(pairs: tuple[str, ...]) -> dict[str, str]:
    hosts = {}
    for pair in pairs:
        domain, equals, base = pair.partition("=")
        if not (domain and equals and base.startswith(("http://", "https://"))):
            raise ImproperlyConfigured(
                f"TODO0_DOMAIN_HOSTS: expected such as globex.example=http://localhost:8003/globex, found {pair!r}"
            )
        hosts[domain.lower()] = base.rstrip("/")
    return hosts


DOMAIN_HOSTS: Final = read_hosts(env.words("TODO0_DOMAIN_HOSTS"))
