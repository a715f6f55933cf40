"""What is kept of a sign-in, and where: the token store.

In the flow: after ``login()`` the callback hands the store what the IdP said, and logout asks it for the ID
Token to show to the IdP as a hint. An app that acts for its users (the requesting app of ID-JAG §4.3) names a
store of its own in ``SIGNIN_TOKEN_STORE``, which keeps the tokens where its workers can reach them.

Deliberately does not: keep the IdP's access token. It opened the UserInfo endpoint if anything, and is
forgotten.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from xaa.signin.connections import Connection
from xaa.signin.logout_token import LogoutToken
from xaa.signin.sessions import end_sessions, forget_session, remember_session


@dataclass(frozen=True)
class SignedIn:
    """One finished sign-in. ``expires_at`` is the ID Token's ``exp``; ``refresh_token`` is empty without one.

    ``session_expires_at`` is the IdP's word on how long our session may last, or None (``session_expiry``).
    """

    connection: Connection
    user: AbstractUser
    issuer: str
    subject: str
    sid: str
    claims: Mapping[str, Any]
    expires_at: int
    id_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    session_expires_at: int | None = None


class TokenStore(Protocol):
    """What ``SIGNIN_TOKEN_STORE`` names; one instance serves the whole process.

    ``keep`` is called after ``login()``, when the session is the new person's. ``forget`` is called at logout
    and before somebody else signs in with the same browser, while the session is still the old person's; it
    must do nothing when there is nothing. ``id_token_hint`` is the ID Token of this session, or "". ``end`` is
    called when the IdP has ended sign-ins: whatever ``logout`` covers must be over when it returns.
    """

    def keep(self, request: HttpRequest, signed_in: SignedIn) -> None: ...

    def id_token_hint(self, request: HttpRequest) -> str: ...

    def forget(self, request: HttpRequest) -> None: ...

    def end(self, logout: LogoutToken) -> None: ...


class SessionTokenStore:
    """The default: in the Django session, encrypted, so that a copy of the session table is no copy of tokens."""

    KEY: Final = "signin_tokens"

    def keep(self, request: HttpRequest, signed_in: SignedIn) -> None:
        tokens = {"id_token": signed_in.id_token, "refresh_token": signed_in.refresh_token}
        request.session[self.KEY] = _fernet().encrypt(json.dumps(tokens).encode()).decode()
        remember_session(request.session, issuer=signed_in.issuer, subject=signed_in.subject, sid=signed_in.sid)

    def id_token_hint(self, request: HttpRequest) -> str:
        return self._load(request).get("id_token", "")

    def refresh_token(self, request: HttpRequest) -> str:
        return self._load(request).get("refresh_token", "")

    def forget(self, request: HttpRequest) -> None:
        request.session.pop(self.KEY, None)
        forget_session(request.session)

    def end(self, logout: LogoutToken) -> None:
        """The sessions end, and the tokens in them with them."""
        end_sessions(logout)

    def _load(self, request: HttpRequest) -> dict[str, str]:
        sealed = request.session.get(self.KEY)
        if sealed is None:
            return {}
        try:
            tokens: dict[str, str] = json.loads(_fernet().decrypt(sealed))
        except InvalidToken:
            return {}  # SECRET_KEY has changed: these tokens are lost, and the person signs in again
        return tokens


def _fernet() -> MultiFernet:
    """The first key seals, all open: ``SECRET_KEY``, then ``SECRET_KEY_FALLBACKS``."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac(__name__, "tokens", secret=secret, algorithm="sha256").digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
