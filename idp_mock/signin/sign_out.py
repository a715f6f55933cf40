"""The end-session endpoint (OpenID Connect RP-Initiated Logout §2): end the session, then show the way back.

Whether the person is asked first turns on one question: does a verified hint name her, or a session of this
browser? If so she has just clicked *Sign out* in the app. If not, it may be a stranger's link (§6), and she is
asked about her own session. A hint alone ends nothing: it travels in addresses, and whoever finds an old one must
not sign its person out from afar.

What ends with a session is told in ``session_end``; the apps that she used in it are told there, too.

Deliberately does not: load the apps' pages in frames (front-channel logout). Browsers keep the cookies from them.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.directory.tenants import load_enterprise
from idp_mock.signin.browser import NotSignedIn, forget_session, load_browser_session, load_sids
from idp_mock.signin.logout_request import PARAMETERS, LogoutRequest, parse_logout_request
from idp_mock.signin.models import IdpSession
from idp_mock.signin.pages import allow_form_redirect, show_page
from idp_mock.signin.session_end import end_sessions


@csrf_exempt  # RP-Initiated Logout §2 wants POST from other sites; what cannot be believed is asked about first
@require_http_methods(["GET", "POST"])
def sign_out(request: HttpRequest, tenant: str) -> HttpResponse:
    enterprise, params = load_enterprise(tenant), request.POST if request.method == "POST" else request.GET
    asked = parse_logout_request(enterprise, params)
    current, named = find_current(request, enterprise), find_named_here(request, enterprise, asked)
    if current and not named:
        return ask_first(request, enterprise, asked, current, params)
    end_all(request, enterprise, named, now=clock.now())
    return leave(request, enterprise, asked) if asked.is_verified else show_signed_out(request, enterprise, asked)


@require_POST
def sign_out_confirmed(request: HttpRequest, tenant: str) -> HttpResponse:
    """The person said yes, in a form of ours with its CSRF token; it was a question about this browser."""
    enterprise, now = load_enterprise(tenant), clock.now()
    asked = parse_logout_request(enterprise, request.POST)
    current = {find_current(request, enterprise)} - {None}
    end_all(request, enterprise, current | find_named_here(request, enterprise, asked), now=now)
    return leave(request, enterprise, asked)


def find_current(request: HttpRequest, enterprise: Enterprise) -> IdpSession | None:
    try:
        return load_browser_session(request, enterprise)
    except NotSignedIn:
        return None


def find_named_here(request: HttpRequest, enterprise: Enterprise, asked: LogoutRequest) -> set[IdpSession]:
    """What the hint may end: if its person is signed in here, hers; or a session that began in this browser.

    The latter perhaps before somebody else signed in. Nothing, if this browser knows nothing of it.
    """
    current, hinted = find_current(request, enterprise), asked.session
    if hinted and current and hinted.person_id == current.person_id:
        return {hinted, current}
    return {hinted} if hinted and hinted.sid in load_sids(request, enterprise) else set()


def end_all(request: HttpRequest, enterprise: Enterprise, sessions: set[IdpSession], *, now: datetime) -> None:
    for session in sessions:
        forget_session(request, enterprise, session.sid)
    end_sessions(sessions, now=now)


def ask_first(
    request: HttpRequest, enterprise: Enterprise, asked: LogoutRequest, current: IdpSession, params: QueryDict
) -> HttpResponse:
    is_worth_repeating = asked.is_verified or not asked.doubt
    fields = [(name, params[name]) for name in PARAMETERS if params.get(name) and is_worth_repeating]
    response = show_page(
        request, "signin/sign_out.html", enterprise, asked=asked, person=current.person, fields=fields
    )
    return allow_form_redirect(response, asked.return_to)


def leave(request: HttpRequest, enterprise: Enterprise, asked: LogoutRequest) -> HttpResponse:
    if asked.return_to:
        return HttpResponseRedirect(asked.return_to, status=303)
    return show_signed_out(request, enterprise, asked)


def show_signed_out(request: HttpRequest, enterprise: Enterprise, asked: LogoutRequest) -> HttpResponse:
    return show_page(request, "signin/signed_out.html", enterprise, asked=asked)
