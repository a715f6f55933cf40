"""Who may see a page: the person who signed in, while that sign-in lasts; and of the Runs, only their own.

Deliberately does not: rely on Django's session alone. A sign-in whose tokens are gone (ended at the IdP,
timed out) is no sign-in, and its pages lead back to the start.
"""

import functools
import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from agent0.jobs.models import Run
from agent0.tokens import store
from agent0.tokens.models import SigninSession
from agent0.tokens.sessions import SigninEnded


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call ``view(request, session, ...)``, or lead to the sign-in and back."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, **of_path: object) -> HttpResponse:
        try:
            session = store.load_session(request)
        except SigninEnded:
            return _to_signin(request)
        request.signin_session = session  # the pages name the enterprise of this sign-in and no other
        response = view(request, session, **of_path)
        response.setdefault("Cache-Control", "no-store")  # a page about a person is not for the back button
        return response

    return guarded


def load_own_run(session: SigninSession, run_id: uuid.UUID) -> Run:
    """The Run, if it is this person's; somebody else's does not exist."""
    try:
        return (
            Run.objects.select_related("session")
            .prefetch_related("steps")
            .get(uuid=run_id, user_id=session.user_id)
        )
    except Run.DoesNotExist as error:
        raise Http404("no such run") from error


def _to_signin(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        store.SealedTokenStore().forget(request)
        logout(request)
        messages.info(request, "Your sign-in is over. Please sign in again.")
    wanted = request.get_full_path() if request.method == "GET" else "/chat"
    return redirect(f"/?{urlencode({'next': wanted})}")
