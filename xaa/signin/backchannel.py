"""The back-channel logout endpoint: the IdP says that somebody signed out there (OpenID Connect Back-Channel
Logout §2.5-2.8).

The request comes from a server, without cookies, so Django's CSRF protection has nothing to compare and is off.
In its place stands the logout token: until all of ``logout_token.CHECKS`` have passed, nothing here changes
(OI-15). What ends then is for the token store to say (``TokenStore.end``).

Deliberately does not: tell the caller which check said no. The log does, with expected and found. No 503 either:
§2.8 has one answer for every logout that did not happen.
"""

import logging

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from xaa import jose, protocol
from xaa.checks import CheckRun
from xaa.clock import read_clock
from xaa.metadata import KeysUnavailable, TrustedIssuer
from xaa.signin import conf
from xaa.signin.connections import Connection
from xaa.signin.discovery import fetch_idp_metadata
from xaa.signin.failures import SignInFailed
from xaa.signin.logout_token import CHECKS, STATEMENT, LogoutToken, LogoutTokenRejected, Presented
from xaa.signin.sessions import claim_logout_token

logger = logging.getLogger("xaa.signin")


@csrf_exempt
@require_POST
def backchannel_logout(request: HttpRequest) -> HttpResponse:
    try:
        ended = end_session_of(_read_token(request))
    except (LogoutTokenRejected, KeysUnavailable) as refused:
        logger.warning("back-channel logout refused: %s", refused)
        return _answer(JsonResponse({"error": protocol.ERROR_INVALID_REQUEST}, status=400))
    logger.info("back-channel logout: issuer=%r subject=%r", ended.issuer, ended.subject)
    return _answer(HttpResponse())


def end_session_of(token: str) -> LogoutToken:
    """Check ``token``, then end what it names.

    The ``jti`` is claimed and the sessions end in one transaction: if ending fails, the IdP may send it again.
    """
    run = CheckRun(_present(token), LogoutTokenRejected, logger)
    run.through(STATEMENT)
    with transaction.atomic():
        logout = run.through(CHECKS[len(STATEMENT) :]).accept()
        conf.token_store().end(logout)
    return logout


def _read_token(request: HttpRequest) -> str:
    """The one form parameter (§2.5); an extension's others are not ours to judge."""
    values = request.POST.getlist("logout_token")
    if len(values) != 1:
        raise LogoutTokenRejected(f"expected one form parameter logout_token, found {len(values)}")
    return str(values[0])


def _present(token: str) -> Presented:
    return Presented(
        token=token,
        find_connection=conf.connections().find_connection_for_issuer,
        verify_signature=_verify_signature,
        claim=claim_logout_token,
        now=read_clock(),
        leeway=conf.leeway(),
    )


def _verify_signature(token: str, connection: Connection) -> jose.Verified:
    """With the keys that its sign-ins are verified with."""
    try:
        jwks_uri = fetch_idp_metadata(connection).jwks_uri
    except SignInFailed as failed:
        raise KeysUnavailable(str(failed)) from failed
    trusted = TrustedIssuer(connection.issuer, connection.algorithms, jwks_uri)
    return conf.issuer_directory().verify(token, trusted)


def _answer(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"  # §2.8
    return response
