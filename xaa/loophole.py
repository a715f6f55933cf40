"""The way to private addresses must be shut where others are served: one system check for both Django apps here.

In the flow it lets the demo's parties, all on one machine, call one another over plain http. Anywhere else it
would let a document of an IdP's lead calls into our network.

Deliberately does not: know which setting opens it. ``xaa.jwt_bearer`` and ``xaa.signin`` each have their own.
"""

from django.conf import settings
from django.core.checks import CheckMessage, Error

from xaa.egress import is_loopback_host


def check_loophole(setting: str, *, is_open: bool, id: str) -> list[CheckMessage]:  # noqa: A002 (Django's word)
    """An error when ``setting`` opens it on a server that is not this machine's alone."""
    if not is_open or settings.DEBUG or all(map(is_loopback_host, settings.ALLOWED_HOSTS)):
        return []
    text = f"{setting} is on, and ALLOWED_HOSTS names more than this machine."
    return [Error(text, hint="DEMO ONLY: leave it off.", id=id)]
