"""How often one setup may make Todo0 call other servers: whoever has a link must not have a hammer.

Deliberately does not: count by address. The setup is known, and what it may cause is its own.
"""

from typing import Final

from todo0.self_service.conf import CALLS
from todo0.self_service.models import Invitation
from xaa.clock import read_clock
from xaa.throttle.bucket import take

TOO_MANY: Final = "That was asked too often. Wait {} s, then ask again."


def seconds_until_next_call(invitation: Invitation) -> int:
    """0 when the call may be made now; it is counted then."""
    return take(("setup-calls", str(invitation.pk)), CALLS, now=read_clock()).wait
