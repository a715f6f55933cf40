"""The answer that comes back through the browser (OpenID Connect Core §3.1.2.5), and what follows from it.

In order: it is an answer to an attempt of this very browser, it comes from the IdP of that attempt (RFC
9207), the IdP has not refused; then mozilla-django-oidc takes the state out of the session and authenticates
(``backend``), and only then does the session change hands. An answer that fails on the way changes nothing
and signs nobody out.
"""

import logging
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from xaa.signin import conf
from xaa.signin.attempts import Attempt, forget_attempt, load_attempt
from xaa.signin.authorization_response import check_authorization_response
from xaa.signin.backend import PendingSignIn
from xaa.signin.connections import Connection
from xaa.signin.discovery import fetch_idp_metadata
from xaa.signin.failures import SESSION_ENDED, UNKNOWN_CONNECTION, SignInFailed, failure_page
from xaa.signin.stores import SignedIn

logger = logging.getLogger("xaa.signin")

CONNECTION_KEY: Final = "signin_connection"
"""Where the session says which connection its person came by; logout reads it."""


@method_decorator(never_cache, name="dispatch")
class CallbackView(OIDCAuthenticationCallbackView):
    request: HttpRequest
    attempt: Attempt | None = None
    connection: Connection | None = None
    pending: PendingSignIn

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"  # this page's URL holds a code (RFC 9700 §4.2.4)
        return response

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._sign_in(request)
        except UpdateError as error:
            return self._fail(request, SignInFailed(SESSION_ENDED, str(error)))
        except SignInFailed as failed:
            return self._fail(request, failed)

    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        self.attempt = load_attempt(request)
        self.connection = load_connection(self.attempt)
        idp = fetch_idp_metadata(self.connection)
        check_authorization_response(request.GET, self.connection, idp)
        self.pending = PendingSignIn(self.attempt, self.connection, idp)
        request.pending_sign_in = self.pending  # type: ignore[attr-defined]  # SignInBackend reads it
        response: HttpResponse = super().get(request)
        return response

    def login_success(self) -> HttpResponse:
        """Hand the session over, under a new key, and only then keep the tokens in it (OI-06)."""
        pending = self.pending
        if auth.get_user(self.request) != self.user:
            conf.token_store().forget(self.request)  # the tokens of whoever was signed in before
        self.request.session.cycle_key()  # login() alone keeps the key when the same person signs in again
        auth.login(self.request, self.user)
        self.request.session[CONNECTION_KEY] = pending.connection.slug
        self.request.session.set_expiry(_session_end(pending.signed_in))
        conf.token_store().keep(self.request, pending.signed_in)
        logger.info("signed in: user=%s connection=%r", self.user.pk, pending.connection.slug)
        return HttpResponseRedirect(pending.attempt.asked.next_path or resolve_url(settings.LOGIN_REDIRECT_URL))

    def login_failure(self) -> NoReturn:
        """The library ends here when no backend knew the person; ours has raised its reason before."""
        raise ImproperlyConfigured("Expected xaa.signin.backend.SignInBackend in AUTHENTICATION_BACKENDS.")

    def _fail(self, request: HttpRequest, failed: SignInFailed) -> HttpResponse:
        asked = {}
        if self.attempt is not None:
            forget_attempt(request, self.attempt.state)
            asked = self.attempt.asked.as_link()
        return failure_page(request, failed, connection=self.connection, asked=asked)


def load_connection(attempt: Attempt) -> Connection:
    try:
        return conf.connections().find_connection(attempt.slug)
    except LookupError as error:
        raise SignInFailed(UNKNOWN_CONNECTION, f"No connection {attempt.slug!r:.80} any more.") from error


def _session_end(signed_in: SignedIn) -> datetime | None:
    """When the IdP says that our session must end, or None for the project's own rule (OI-06)."""
    if signed_in.session_expires_at is None:
        return None
    return datetime.fromtimestamp(signed_in.session_expires_at, UTC)
