"""What an authorization code was spent on, so that a second use ends it (RFC 6749 §4.1.2; RFC 9700 §4.5).

In the flow of the browser's way in: a code that comes twice was copied on its way, and the first to bring it may
have been the thief. So the second is refused, and what the first got is taken back.

The toolkit deletes a code with its first use and would know nothing of a second.

Deliberately does not: keep a code, only its SHA-256, and that no longer than the token lives.
"""

import hashlib
import logging
from typing import Any

from todo0.authserver.dot import AccessToken
from todo0.authserver.models import SpentCode

log = logging.getLogger("todo0.authserver")


def remember_code(code: str, access_token: Any) -> None:
    SpentCode.objects.create(digest=_digest(code), access_token=access_token)


def end_tokens_of(code: str) -> None:
    """Whoever brings a used code: the app itself by mistake, or somebody who has copied it."""
    ended = [token.pk for token in AccessToken.objects.filter(spent_code__digest=_digest(code))]
    if ended:
        AccessToken.objects.filter(pk__in=ended).delete()
        log.warning("an authorization code came again: expected one use; ended what it brought (%d)", len(ended))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
