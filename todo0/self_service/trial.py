"""Step 4: a test sign-in, by the real sign-in with what has been entered, in the browser that sets up.

In the flow it is the trial that Todo0's staff has (``todo0.federation.trial``): every check of a sign-in, and then
it stops before an account. That the ID Token is of the issuer entered is one of those checks. What is asked
besides is an e-mail address that the IdP calls verified, in a domain that was proved: the two proofs speak of one
company.

Deliberately does not: count a trial for other values than it was made with, or sign anybody in.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from todo0.federation.trial import TrialCallbackView, TrialStartView, tell_claims
from todo0.self_service.calls import TOO_MANY, seconds_until_next_call
from todo0.self_service.connections import TRIED_SETUP
from todo0.self_service.gate import find_setup
from todo0.self_service.invitations import SetupOver, State, change_setup
from todo0.self_service.models import Invitation
from todo0.self_service.steps import invited_to, next_step, order_of, show_step
from xaa.signin.connections import Connection, email_domain
from xaa.signin.failures import SignInFailed


class WrongPerson(Exception):
    """The sign-in works, and proves nothing for this setup: expected, found, and who can mend it."""


@require_safe
@invited_to("sign-in")
def sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    return show_step(request, invitation, "sign-in", domains=proved_domains(invitation))


@require_safe
@invited_to("sign-in")
def try_sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """A link and no form: our content security policy lets no form end at another site."""
    if wait := seconds_until_next_call(invitation):
        messages.error(request, TOO_MANY.format(wait))
        return HttpResponseRedirect(reverse("setup-sign-in"), status=303)
    asked = urlencode({"connection": f"{TRIED_SETUP}{invitation.pk}", "prompt": "login"})
    return HttpResponseRedirect(f"{reverse('signin:start')}?{asked}", status=303)


class SetupStartView(TrialStartView):
    def may_try(self, request: HttpRequest, slug: str) -> bool:
        return (
            own_setup(request, slug) is not None
            if slug.startswith(TRIED_SETUP)
            else super().may_try(request, slug)
        )


class SetupCallbackView(TrialCallbackView):
    def _report(self, request: HttpRequest, **found: Any) -> HttpResponse:
        assert self.attempt is not None  # noqa: S101  (mypy; both ways here have one)
        if not self.attempt.slug.startswith(TRIED_SETUP):
            return super()._report(request, **found)
        invitation = own_setup(request, self.attempt.slug)
        if invitation is None:
            raise Http404("no setup of this browser's")
        try:
            return report(request, invitation, tried=self.connection, **found)
        except SetupOver:
            return HttpResponseRedirect(reverse("setup"), status=303)  # which says how it ended


def own_setup(request: HttpRequest, slug: str) -> Invitation | None:
    """The setup named ``slug``, if this browser is the one that began it and has come as far as this step."""
    found = find_setup(request)
    if not found or slug != f"{TRIED_SETUP}{found.pk}" or found.state_at(timezone.now()) is not State.UNDER_WAY:
        return None
    return found if order_of("sign-in") <= order_of(next_step(found).name) else None


def report(
    request: HttpRequest,
    invitation: Invitation,
    *,
    tried: Connection | None,
    claims: Mapping[str, Any] | None = None,
    alg: str = "",
    failed: SignInFailed | None = None,
) -> HttpResponse:
    """Take note of a trial that proves something, and show what came, whichever it was."""
    context: dict[str, Any] = {"invitation": invitation, "alg": alg, "failed": failed}
    if failed:
        context["happened"] = failed.failure.what_happened.replace("{idp}", invitation.name)
    if claims is not None and tried is not None:
        context |= tell_claims(claims)
        try:
            take_note(invitation, tried, check_person(claims, proved_domains(invitation)))
        except WrongPerson as error:
            context["wrong"] = str(error)
    return render(request, "setup/trial.html", context, status=400 if failed or "wrong" in context else 200)


def check_person(claims: Mapping[str, Any], domains: list[str]) -> str:
    """Her verified address in one of ``domains``. An unverified one anybody could have typed in at that IdP."""
    email = claims.get("email")
    wanted = " or ".join(domains)
    if not isinstance(email, str) or len(email) > 254 or not email.isprintable():
        raise WrongPerson(f"expected an e-mail address in the ID Token, in {wanted}; found none")
    if claims.get("email_verified") is not True:
        raise WrongPerson("expected email_verified to be true in the ID Token; found that it is not")
    try:
        domain = email_domain(email)
    except LookupError as error:
        raise WrongPerson(f"expected an e-mail address in {wanted}; found none") from error
    if domain not in domains:
        raise WrongPerson(f"expected an e-mail address in {wanted}; found one in {domain:.80}")
    return email


def take_note(invitation: Invitation, tried: Connection, email: str) -> None:
    """For the values that were tried; if others were entered meanwhile, they are yet to be tried."""
    with change_setup(invitation) as row:
        now = (row.issuer, row.client_id, tuple(row.algorithms.split()))
        if not row.is_registered or now != (tried.issuer, tried.client_id, tried.algorithms):
            raise WrongPerson("expected what was entered to stay as it was during the sign-in; found it changed")
        if row.client_secret != tried.client_secret:
            raise WrongPerson("expected the secret to stay as it was during the sign-in; found it changed")
        row.tried_by, row.tried_with = email, row.fingerprint()
    invitation.refresh_from_db()


def proved_domains(invitation: Invitation) -> list[str]:
    return list(invitation.domains.filter(proved_at__isnull=False).values_list("domain", flat=True))
