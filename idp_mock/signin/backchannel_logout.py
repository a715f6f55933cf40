"""Tell the apps that a session is over, server to server (OpenID Connect Back-Channel Logout §2.5).

In the flow this comes after the session has ended here, and changes nothing about that: an app that cannot be
told keeps nobody signed in at the IdP. The apps are told at the same time, and the person waits for all of them
together no longer than ``IDP_LOGOUT_PATIENCE``. What came of each is one entry in the system log, in Okta's words.

Who is told: every app that was signed in to in that session, and the resource apps that those may act at. The
latter hold access tokens that stand on this session by way of an ID-JAG, though she may never have opened them.

Deliberately does not: try again. A logout token lives for two minutes, and an app that missed it finds its ID
Token and refresh token useless here; what it had issued itself runs out by its own clock.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from idp_mock.directory.models import App, Person
from idp_mock.signin.events import APP_LOGOUT, Happened, record_allowed, record_denied
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.logout_token import issue_logout_token
from xaa.http import HttpFailure, OutgoingHttp

AT_ONCE = 8
"""Threads a sign-out: the apps of one person are few, and nobody's sign-out starts a hundred."""
DONE = (200, 204)  # §2.8: 200, and 204 is to be taken for it


@dataclass(frozen=True)
class Notice:
    """What one app is to be told about one person."""

    app: App
    person: Person
    logout_token: str = field(repr=False)


class NotDelivered(Exception):
    """The app did not say that it has ended the session. The text says expected and found."""


def tell_apps(sessions: Sequence[IdpSession], *, now: datetime, everywhere: bool = False) -> None:
    """``everywhere``: all that a person has at an app ends, and not these sessions alone."""
    notices = make_notices(sessions, now=now, everywhere=everywhere)
    for notice, outcome in zip(notices, deliver(notices), strict=True):
        happened = Happened(notice.person, notice.app.enterprise, now, notice.app)
        try:
            outcome.result(timeout=0)
        except NotDelivered as error:
            record_denied(APP_LOGOUT, happened, error="not_delivered", reason=str(error))
        except TimeoutError:
            record_denied(APP_LOGOUT, happened, error="not_delivered", reason="Expected an answer in time.")
        else:
            record_allowed(APP_LOGOUT, happened)


def make_notices(sessions: Iterable[IdpSession], *, now: datetime, everywhere: bool) -> list[Notice]:
    """One for each app and session; ``everywhere``, one for each app, unless it understands sessions only."""
    notices = {}
    for session in sessions:
        for app in find_apps(session):
            sid = "" if everywhere and not app.backchannel_logout_session_required else session.sid
            if (app.pk, session.person_id, sid) not in notices:
                token = issue_logout_token(app, session.person, sid=sid, now=now)
                notices[app.pk, session.person_id, sid] = Notice(app, session.person, token)
    return list(notices.values())


def find_apps(session: IdpSession) -> Iterable[App]:
    signed_in_to = Q(token_families__session=session)
    acted_at = Q(resource_app__connections__requesting_app__token_families__session=session)
    apps = App.objects.filter(signed_in_to | acted_at, enterprise=session.person.enterprise_id)
    return apps.exclude(backchannel_logout_uri="").select_related("enterprise").distinct()


def deliver(notices: Sequence[Notice]) -> list[Future[None]]:
    """Send them all at once. After ``IDP_LOGOUT_PATIENCE`` the rest is left to its own, shorter, time limits."""
    if not notices:
        return []
    http = OutgoingHttp(
        allow_private=settings.XAA_ALLOW_PRIVATE_ADDRESSES, timeout=settings.IDP_LOGOUT_TIMEOUT, max_bytes=4096
    )
    pool = ThreadPoolExecutor(max_workers=min(len(notices), AT_ONCE), thread_name_prefix="backchannel-logout")
    sent = [pool.submit(send, http, notice) for notice in notices]
    wait(sent, timeout=settings.IDP_LOGOUT_PATIENCE)
    pool.shutdown(wait=False)
    return sent


def send(http: OutgoingHttp, notice: Notice) -> None:
    """Runs in a thread of its own, so it touches no database."""
    try:
        answer = http.post_form(notice.app.backchannel_logout_uri, {"logout_token": notice.logout_token})
    except HttpFailure as failure:
        raise NotDelivered(str(failure)) from failure
    if answer.status not in DONE:
        raise NotDelivered(f"{answer.url}: expected status 200, found {answer.status}")
