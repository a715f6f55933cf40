"""The second factor: a question that is pushed to the person's device, and her answer.

In the flow this stands between the sign-in page and the app, when the app asks by ``acr_values`` for more than the
first factor (OpenID Connect Core §3.1.2.1), as it does after ``insufficient_user_authentication`` (ID-JAG §9.2).
A yes marks the session and leads on to the waiting request, which is checked again from the start.

DEMO ONLY: the device is simulated, the question stands on this very page. Whoever sits at the browser answers it,
so it proves nothing; a real one is answered where only that person can, such as with a passkey.

Whoever has her password could ask her again and again until she is tired of saying no. So after a few times no
within a minute she is not asked any more, wherever the question comes from; and who sends answers that belong to
no question is told to wait, too (RFC 6749 §10.10).

Deliberately does not: take a no for a yes later. Each question names its session and is good for two minutes, and
only until she has said no to one, or signed in anew.
"""

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.directory.tenants import load_enterprise
from idp_mock.signin.authorize import UNMET, redirect_to_client
from idp_mock.signin.browser import NotSignedIn, add_second_factor, load_browser_session
from idp_mock.signin.events import SECOND_FACTOR, Happened, record_allowed, record_denied
from idp_mock.signin.interaction import InteractionLost, load_interaction
from idp_mock.signin.models import IdpSession
from idp_mock.signin.pages import allow_form_redirect, show_interaction_lost, show_page
from idp_mock.signin.sign_in import Purpose, read_purpose
from xaa.throttle.counting import Limit, count_failure, find_wait

SALT = "idp_mock.signin.second_factor"
REFUSED = "The person did not confirm that it was her who signed in."
REFUSALS_OF_PERSON: Final = 3
LOST_ANSWERS: Final = 10


class PushLost(Exception):
    """The question was answered too late or before, or it was somebody else's."""


@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest, tenant: str) -> HttpResponse:
    enterprise, now = load_enterprise(tenant), clock.now()
    try:
        purpose = read_purpose(request, enterprise, now=now)
        session = load_browser_session(request, enterprise)
    except (InteractionLost, NotSignedIn):
        return show_interaction_lost(request, enterprise)
    if purpose.app is None:
        return show_interaction_lost(request, enterprise)
    if not session.person.is_active:
        return show_page(request, "signin/suspended.html", enterprise, status=403, app=purpose.app)
    if wait := find_wait(*limits_of(request, session)):
        return show_wait(request, enterprise, purpose, wait)
    if request.method == "GET":
        return show_push(request, enterprise, purpose, session, now=now)
    return take_answer(request, enterprise, purpose, session, now=now)


def take_answer(
    request: HttpRequest, enterprise: Enterprise, purpose: Purpose, session: IdpSession, *, now: datetime
) -> HttpResponse:
    """Only the word ``approve`` is a yes."""
    happened = Happened(session.person, enterprise, now, purpose.app)
    of_person, of_lost = limits_of(request, session)
    try:
        check_push(request.POST.get("push", ""), session, now=now)
    except PushLost:
        count_failure(of_lost)
        return show_push(request, enterprise, purpose, session, now=now, status=400)
    if request.POST.get("answer") != "approve":
        session.second_factor_refused_at = now
        session.save(update_fields=["second_factor_refused_at"])
        record_denied(SECOND_FACTOR, happened, error="access_denied", reason=REFUSED)
        count_failure(of_person)
        return show_refused(request, enterprise, purpose, now=now)
    add_second_factor(request, session, now=now)
    record_allowed(SECOND_FACTOR, happened)
    return HttpResponseRedirect(purpose.destination, status=303)


def limits_of(request: HttpRequest, session: IdpSession) -> tuple[Limit, Limit]:
    """Her own no counts wherever she was asked from: in truth it comes from her device, and nobody else's does."""
    person, address = str(session.person_id), str(request.META.get("REMOTE_ADDR", ""))
    return (
        Limit(("second factor refused", person), REFUSALS_OF_PERSON),
        Limit(("second factor lost", person, address), LOST_ANSWERS),
    )


def dump_push(session: IdpSession, *, now: datetime) -> str:
    return signing.dumps({"sid": session.sid, "asked_at": now.timestamp()}, salt=SALT)


def check_push(value: str, session: IdpSession, *, now: datetime) -> None:
    """The question was for this sign-in, not long ago, and no other answer has come since."""
    try:
        content = signing.loads(value, salt=SALT)
    except signing.BadSignature as error:
        raise PushLost from error
    asked_at = datetime.fromtimestamp(content["asked_at"], UTC)
    if content["sid"] != session.sid or now - asked_at > settings.IDP_PUSH_LIFETIME:
        raise PushLost
    refused_at = session.second_factor_refused_at
    if asked_at < session.auth_time or (refused_at and asked_at <= refused_at):
        raise PushLost


def show_push(
    request: HttpRequest,
    enterprise: Enterprise,
    purpose: Purpose,
    session: IdpSession,
    *,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    """The question; with ``status`` 400 a new one, because the one that was answered no longer counts."""
    response = show_page(
        request,
        "signin/second_factor.html",
        enterprise,
        status=status,
        app=purpose.app,
        person=session.person,
        push=dump_push(session, now=now),
        good_until=now + settings.IDP_PUSH_LIFETIME,
        is_late=status == 400,
    )
    return allow_form_redirect(response, purpose.redirect_uri)


def show_wait(request: HttpRequest, enterprise: Enterprise, purpose: Purpose, wait: int) -> HttpResponse:
    response = show_page(
        request, "signin/second_factor_wait.html", enterprise, status=429, app=purpose.app, wait=wait
    )
    response["Retry-After"] = str(wait)
    return response


def show_refused(request: HttpRequest, enterprise: Enterprise, purpose: Purpose, *, now: datetime) -> HttpResponse:
    """She said that it was not her: nothing went to the app, and it hears of it only if she goes back there.

    Its answer is then not that she may not, but that the sign-in is not what was asked for (RFC 9470 §5).
    """
    params = load_interaction(enterprise, request.GET["request"], now=now).params
    back = redirect_to_client(purpose.app, params, error=UNMET, error_description=REFUSED)["Location"]
    return show_page(request, "signin/second_factor_refused.html", enterprise, app=purpose.app, back=back)
