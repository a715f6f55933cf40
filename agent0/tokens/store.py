"""``SIGNIN_TOKEN_STORE`` of Agent0: a sign-in's tokens go to the database, sealed, where the worker reaches
them.

In the flow: ``xaa.signin`` calls ``keep`` after a sign-in, ``forget`` at sign-out, or before another person
signs in with the same browser, and ``end`` when the IdP says that somebody signed out there. The browser session
holds the ``SigninSession``'s id and no token.

Deliberately does not: call a server. The tokens of an ended sign-in are revoked afterwards, by a worker
(``agent0.jobs.revocation``), so that no sign-out waits for one.
"""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest

from agent0.tokens import sealing, sessions
from agent0.tokens.models import SigninSession
from xaa.signin.logout_token import LogoutToken
from xaa.signin.stores import SignedIn

SESSION_KEY: Final = "signin_session"


def load_session(request: HttpRequest) -> SigninSession:
    """The live sign-in of this browser and this user; raises ``sessions.SigninEnded``."""
    return sessions.load_live_session(request.session.get(SESSION_KEY, ""), user_id=request.user.pk or 0)


class SealedTokenStore:
    def keep(self, request: HttpRequest, signed_in: SignedIn) -> None:
        self._end(request, is_replaced=True)  # whoever else was signed in here was forgotten before ``login()``
        session = sessions.start_session(
            user_id=signed_in.user.pk,
            issuer=signed_in.issuer,
            subject=signed_in.subject,
            sid=signed_in.sid,
            id_token=signed_in.id_token,
            refresh_token=signed_in.refresh_token,
            id_token_expires_at=datetime.fromtimestamp(signed_in.expires_at, UTC),
            claims=signed_in.claims,
        )
        request.session[SESSION_KEY] = str(session.uuid)

    def id_token_hint(self, request: HttpRequest) -> str:
        """The ID Token for logout, expired or not (OpenID Connect RP-Initiated Logout §2); "" when it is gone."""
        session = self._find(request)
        if session is None:
            return ""
        try:
            return sealing.unseal(session.sealed_id_token, owner=session.owner_of("id_token"))
        except sealing.TokenUnreadable:
            return ""

    def forget(self, request: HttpRequest) -> None:
        self._end(request, is_replaced=False)

    def end(self, logout: LogoutToken) -> None:
        """The IdP signed her out: no token stays and no Run goes on (OpenID Connect Back-Channel Logout §2.7).

        Django's session stays for one more page, which says that the sign-in is over and then ends it
        (``agent0.assistant.access``): without a ``SigninSession`` it opens nothing.
        """
        sessions.end_covered(logout.covers())

    def _end(self, request: HttpRequest, *, is_replaced: bool) -> None:
        session = self._find(request)
        if session is not None:
            sessions.end_session(session, is_replaced=is_replaced)
        request.session.pop(SESSION_KEY, None)

    def _find(self, request: HttpRequest) -> SigninSession | None:
        session_id = request.session.get(SESSION_KEY)
        mine = SigninSession.objects.filter(user_id=request.user.pk or 0)
        return mine.filter(uuid=session_id).first() if session_id else None
