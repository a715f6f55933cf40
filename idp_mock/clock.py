"""The IdP's one clock. Views read it once a request and pass ``now`` on, so that one request has one time.

Deliberately does not: convert. Claims hold whole seconds since the epoch (RFC 7519 §2), see ``epoch``.
"""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    return timezone.now()


def epoch(moment: datetime) -> int:
    """NumericDate of a JWT: whole seconds, rounded down."""
    return int(moment.timestamp())
