"""The end-session endpoint (OpenID Connect RP-Initiated Logout §2): end the session, then show the way back.

Whether the person is asked first turns on one question: does a verified hint name her, or a session of this
browser? If so she has just clicked *Sign out* in the app. If not, it may be a stranger's link (§6).

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
    current, hinted = find_current(request, enterprise), asked.session
    is_same_person = bool(current and hinted and hinted.person_id == current.person_id)
    if current and not is_same_person and not is_held(request, enterprise, hinted):
        return ask_first(request, enterprise, asked, current, params)
    end_all(request, enterprise, {hinted, current} if is_same_person else {hinted}, now=clock.now())
    return leave(request, enterprise, asked) if asked.is_verified else show_signed_out(request, enterprise, asked)


@require_POST
def sign_out_confirmed(request: HttpRequest, tenant: str) -> HttpResponse:
    """The person said yes, in a form of ours with its CSRF token."""
    enterprise, now = load_enterprise(tenant), clock.now()
    asked = parse_logout_request(enterprise, request.POST)
    end_all(request, enterprise, {find_current(request, enterprise), asked.session}, now=now)
    return leave(request, enterprise, asked)


def find_current(request: HttpRequest, enterprise: Enterprise) -> IdpSession | None:
    try:
        return load_browser_session(request, enterprise)
    except NotSignedIn:
        return None


def is_held(request: HttpRequest, enterprise: Enterprise, session: IdpSession | None) -> bool:
    """Somebody signed in with it in this browser, perhaps before somebody else did."""
    return session is not None and session.sid in load_sids(request, enterprise)


def end_all(
    request: HttpRequest, enterprise: Enterprise, sessions: set[IdpSession | None], *, now: datetime
) -> None:
    known = list(filter(None, sessions))
    for session in known:
        forget_session(request, enterprise, session.sid)
    end_sessions(known, now=now)


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
