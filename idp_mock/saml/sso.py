"""The single sign-on endpoint: from a service provider's request to a signed assertion in the person's browser.

In the flow this is SAML's ``/authorize``: whose request is this, who is signed in, may she use this app; then the
assertion, on a page with one button that posts it to the app's registered address (SAML Bindings §3.5.4).

Deliberately does not: submit the page by a script, which the content security policy of all pages here forbids.
"""

import base64
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.directory.tenants import load_enterprise
from idp_mock.saml.assertion import issue_response
from idp_mock.saml.authn_request import AuthnRequest, RequestRefused, parse_authn_request
from idp_mock.signin.browser import NotSignedIn, load_browser_session
from idp_mock.signin.events import SIGN_IN_TO_APP, Happened, record_allowed, record_denied
from idp_mock.signin.models import IdpSession
from idp_mock.signin.pages import allow_form_redirect, show_page


@require_GET
def sso(request: HttpRequest, tenant: str) -> HttpResponse:
    enterprise, now = load_enterprise(tenant), clock.now()
    try:
        asked = parse_authn_request(enterprise, request.GET)
    except RequestRefused as refused:
        return show_page(request, "saml/refused.html", enterprise, status=400, reason=str(refused))
    try:
        session = load_browser_session(request, enterprise)
    except NotSignedIn:
        # Everything about the request is checked again on the way back.
        return redirect(f"{reverse('sign_in', args=[tenant])}?{urlencode({'next': request.get_full_path()})}")
    return answer(request, enterprise, asked, session, now=now)


def answer(
    request: HttpRequest, enterprise: Enterprise, asked: AuthnRequest, session: IdpSession, *, now: datetime
) -> HttpResponse:
    app, person = asked.provider.app, session.person
    happened = Happened(person, enterprise, now, app)
    if not (person.is_active and app.is_assigned(person)):
        reason = f"{enterprise.name} has not assigned {app.name} to {person.name}."
        record_denied(SIGN_IN_TO_APP, happened, error="access_denied", reason=reason)
        return show_page(request, "saml/refused.html", enterprise, status=403, reason=reason)
    document = issue_response(asked.provider, session, in_response_to=asked.id, now=now)
    record_allowed(SIGN_IN_TO_APP, happened)
    response = show_page(
        request,
        "saml/continue.html",
        enterprise,
        app=app,
        person=person,
        acs_url=asked.provider.acs_url,
        saml_response=base64.b64encode(document).decode(),
        relay_state=asked.relay_state,
    )
    return allow_form_redirect(response, asked.provider.acs_url)
