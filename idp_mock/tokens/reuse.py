"""A code or refresh token that comes a second time: somebody else has a copy, so its whole family ends.

Nobody can tell which of the two holders is the thief (RFC 9700 §4.5, §4.14.2). The person loses one sign-in at one
app; the thief loses everything.
"""

from datetime import datetime

from idp_mock.signin.events import TOKEN_REUSE, Happened, record_denied
from idp_mock.tokens.errors import OAuthError, invalid_grant
from idp_mock.tokens.models import TokenFamily
from xaa import protocol


def detect_reuse(family: TokenFamily, *, what: str, now: datetime) -> OAuthError:
    """Revoke ``family``, write it down; the refusal to raise. ``what`` is "code" or "refresh token"."""
    reason = f"The {what} was used before. What came of it has been revoked; the person has to sign in again."
    family.revoke(now)
    happened = Happened(family.session.person, family.app.enterprise, now, family.app)
    record_denied(TOKEN_REUSE, happened, error=protocol.ERROR_INVALID_GRANT, reason=reason)
    return invalid_grant(reason)
