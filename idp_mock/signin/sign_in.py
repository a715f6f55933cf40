"""The sign-in page: pick a person or type a login and password.

It serves two kinds of visitors: an authorization request that waits (``?request=``), and a page of this enterprise
that needs somebody signed in (``?next=``).

Deliberately does not: ask for a second factor (``second_factor`` does, where one is wanted). The persona picker
signs in without a password: DEMO ONLY, it exists only while the stage is on, and what it tells of the sign-in
says so (``factors``).
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.directory.tenants import load_enterprise
from idp_mock.signin.authorization_request import (
    NotAnswerable,
    check_redirect_uri,
    read_acr_values,
    resolve_client,
)
from idp_mock.signin.browser import begin_session
from idp_mock.signin.events import SESSION_START, Happened, record_allowed, record_denied
from idp_mock.signin.factors import ACR_MFA, ACR_NONE, AMR_PASSWORD, AMR_PERSONA
from idp_mock.signin.interaction import InteractionLost, load_interaction
from idp_mock.signin.pages import allow_form_redirect, show_interaction_lost, show_page
from idp_mock.signin.passwords import PersonSuspended, TooManyGuesses, WrongCredentials, guard_guessing
from stage.kit import people


@dataclass(frozen=True)
class Purpose:
    """Why somebody is asked to sign in: for ``app`` (None: for the IdP's own pages), and where to go after."""

    destination: str
    app: App | None = None
    redirect_uri: str = ""
    login_hint: str = ""
    acr_values: tuple[str, ...] = ()

    @property
    def takes_personas(self) -> bool:
        """DEMO ONLY. Not where the app asks for no less than a password: a click would only fail there."""
        return settings.STAGE and (not self.acr_values or not {ACR_MFA, ACR_NONE}.isdisjoint(self.acr_values))


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, tenant: str) -> HttpResponse:
    enterprise, now = load_enterprise(tenant), clock.now()
    try:
        purpose = read_purpose(request, enterprise, now=now)
    except InteractionLost:
        return show_interaction_lost(request, enterprise)
    if request.method == "GET":
        return show_sign_in(request, enterprise, purpose)
    try:
        person, amr = identify_person(request, enterprise, purpose)
    except WrongCredentials:
        return show_sign_in(request, enterprise, purpose, status=400)
    except TooManyGuesses as error:
        response = show_sign_in(request, enterprise, purpose, status=429, wait=error.wait)
        response["Retry-After"] = str(error.wait)
        return response
    except PersonSuspended as error:
        happened = Happened(error.person, enterprise, now, purpose.app)
        record_denied(SESSION_START, happened, error="access_denied", reason="The person is suspended.")
        return show_page(request, "signin/suspended.html", enterprise, status=403, app=purpose.app)
    begin_session(request, person, amr=amr, now=now)
    record_allowed(SESSION_START, Happened(person, enterprise, now, purpose.app))
    return HttpResponseRedirect(purpose.destination, status=303)  # RFC 9700 §4.12: never 307 after a password


def read_purpose(request: HttpRequest, enterprise: Enterprise, *, now: datetime) -> Purpose:
    waiting = request.GET.get("request", "")
    if not waiting:
        return Purpose(resolve_next(enterprise, request.GET.get("next", "")))
    params = load_interaction(enterprise, waiting, now=now).params
    try:
        app = resolve_client(enterprise, params)
        redirect_uri = check_redirect_uri(app, params)
    except NotAnswerable as error:
        raise InteractionLost from error  # the registration changed while the page was open
    destination = f"{reverse('authorize_resume', args=[enterprise.slug])}?{urlencode({'request': waiting})}"
    return Purpose(destination, app, redirect_uri, params.get("login_hint", ""), read_acr_values(params))


def resolve_next(enterprise: Enterprise, path: str) -> str:
    """A path of this enterprise's own pages, else its front page: no open redirect after a sign-in."""
    home = f"/{enterprise.slug}/"
    is_ours = path.startswith(home) and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else home


def identify_person(
    request: HttpRequest, enterprise: Enterprise, purpose: Purpose
) -> tuple[Person, tuple[str, ...]]:
    """Who it is, and by which factors she showed it."""
    if purpose.takes_personas and "persona" in request.POST:
        return pick_persona(enterprise, request.POST["persona"]), AMR_PERSONA
    login, password = request.POST.get("login", ""), request.POST.get("password", "")
    person = guard_guessing(
        enterprise,
        login=login.replace("\0", ""),
        password=password,
        address=str(request.META.get("REMOTE_ADDR", "")),
    )
    return person, AMR_PASSWORD


def pick_persona(enterprise: Enterprise, sub: str) -> Person:
    """DEMO ONLY: whoever clicks a face is that person. A real IdP has no such thing."""
    person = (
        Person.objects.select_related("enterprise")
        .filter(enterprise=enterprise, sub=sub.replace("\0", ""))
        .first()
    )
    if person is None:
        raise WrongCredentials
    if not person.is_active:
        raise PersonSuspended(person)
    return person


def show_sign_in(
    request: HttpRequest, enterprise: Enterprise, purpose: Purpose, *, status: int = 200, wait: int = 0
) -> HttpResponse:
    response = show_page(
        request,
        "signin/sign_in.html",
        enterprise,
        status=status,
        app=purpose.app,
        personas=list_personas(enterprise) if purpose.takes_personas else [],
        wants_second_factor=ACR_MFA in purpose.acr_values,
        login=request.POST.get("login", "") or purpose.login_hint,
        has_failed=request.method == "POST",
        wait=wait,
    )
    return allow_form_redirect(response, purpose.redirect_uri)


def list_personas(enterprise: Enterprise) -> list[dict[str, object]]:
    blurbs = {person.email: person.blurb for person in people.PEOPLE}
    return [
        {"person": person, "blurb": blurbs.get(person.login, "")} for person in enterprise.people.order_by("name")
    ]
