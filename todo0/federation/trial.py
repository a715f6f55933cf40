"""A sign-in that an administrator tries: it goes all the way through the IdP, and then it only tells what came.

In the flow this is the real sign-in with the connection's own rules, up to the moment when an account would be
found or made. There it stops: nobody gets an account, nobody is signed in, and her own session stays hers. A
connection that is switched off can be tried, too, so that it is tried before anybody depends on it.

Deliberately does not: keep or show a token, or run for anybody but Todo0's staff.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from todo0.console.gate import is_staff, staff_only
from todo0.federation.connections import TRIAL
from todo0.federation.models import Connection
from xaa import jose
from xaa.signin.attempts import forget_attempt
from xaa.signin.backend import SignInBackend
from xaa.signin.callback import CallbackView
from xaa.signin.failures import SignInFailed
from xaa.signin.models import FederatedIdentity
from xaa.signin.start import StartView

TOLD: Final = (
    "iss", "sub", "aud", "email", "email_verified", "name", "tenant", "auth_time", "acr", "amr", "sid",
)  # fmt: skip


class TrialFinished(Exception):
    """The ID Token passed every check. This is what it says."""

    def __init__(self, claims: Mapping[str, Any], *, alg: str) -> None:
        super().__init__("a trial ends before an account is touched")
        self.claims = claims
        self.alg = alg


class TrialBackend(SignInBackend):
    """Stands before the real backend, takes trials alone, and never returns a user."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        pending = getattr(request, "pending_sign_in", None)
        if pending is not None and pending.connection.slug.startswith(TRIAL):
            super().authenticate(request, **credentials)
            raise TypeError("Expected a trial to end before it has a user.")

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> NoReturn:
        raise TrialFinished(payload, alg=str(jose.peek(id_token).unverified_header["alg"]))


class TrialStartView(StartView):
    """Where every sign-in starts; a trial, which finds a connection that is off, too, is not for everybody."""

    def _start(self, request: HttpRequest, asked: QueryDict, *, from_form: bool) -> HttpResponse:
        slug = asked.get("connection", "")
        if slug.startswith(TRIAL) and not self.may_try(request, slug):
            raise Http404("no trial for whoever may not make it")
        return super()._start(request, asked, from_form=from_form)

    def may_try(self, request: HttpRequest, slug: str) -> bool:
        """Of a connection: staff alone. ``todo0.self_service`` adds those that are being set up."""
        return is_staff(request)


class TrialCallbackView(CallbackView):
    """Where every sign-in comes back to; a trial's answer is told apart by the attempt that it belongs to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().get(request)
        except TrialFinished as finished:
            return self._report(request, claims=finished.claims, alg=finished.alg)

    def _fail(self, request: HttpRequest, failed: SignInFailed) -> HttpResponse:
        if self.attempt is None or not self.attempt.slug.startswith(TRIAL):
            return super()._fail(request, failed)
        forget_attempt(request, self.attempt.state)
        return self._report(request, failed=failed)

    def _report(self, request: HttpRequest, **found: Any) -> HttpResponse:
        if not is_staff(request):  # she signed out meanwhile, or somebody made the address up
            raise Http404("no page for whoever is no administrator")
        assert self.attempt is not None  # noqa: S101  (mypy; both ways here have one)
        connection = Connection.objects.get(slug=self.attempt.slug.removeprefix(TRIAL))
        return render(request, "admin/trial.html", {"here": "connections", **describe(connection, **found)})


@dataclass(frozen=True)
class _Claim:
    name: str
    value: str


def as_it_stood(value: object) -> str:
    """A claim's value as the ID Token has it: text plain, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def describe(
    connection: Connection,
    *,
    claims: Mapping[str, Any] | None = None,
    alg: str = "",
    failed: SignInFailed | None = None,
) -> dict[str, Any]:
    """What the page tells: the claims that a sign-in uses, and what it would do with them; or what went wrong."""
    context: dict[str, Any] = {"connection": connection, "failed": failed, "alg": alg}
    if claims is not None:
        identity = FederatedIdentity.objects.filter(issuer=claims["iss"], subject=claims["sub"])
        context |= tell_claims(claims)
        context["account"] = identity.select_related("user").first()
    return context


def tell_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Those that a sign-in uses as they stood, and the names of all others."""
    told = [_Claim(name, as_it_stood(claims[name])) for name in TOLD if name in claims]
    return {"claims": told, "others": sorted(claims.keys() - set(TOLD))}


@require_safe
@staff_only
def try_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """A link and no form: our content security policy lets no form end at another site."""
    connection = Connection.objects.filter(pk=pk).first()
    if connection is None:
        raise Http404("no connection of this number")
    asked = urlencode({"connection": f"{TRIAL}{connection.slug}", "prompt": "login"})
    return HttpResponseRedirect(f"{reverse('signin:start')}?{asked}", status=303)
