"""Which sign-in sessions this browser holds: the Django session keeps a list of ``sid`` per enterprise.

The first of an enterprise is the current one. The others are people who signed in here before somebody else did:
switching people is not signing out, so their sessions live on, but only signing out can still use them.

Deliberately does not: hold anything about the person in the cookie's session. Her row is read at every request,
so a suspension or a sign-out elsewhere counts at once.
"""

from datetime import datetime

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from idp_mock.directory.models import Enterprise, Person
from idp_mock.signin.models import IdpSession

SESSION_KEY = "idp_sessions"


class NotSignedIn(Exception):
    """Nobody is signed in to this enterprise in this browser."""


def load_browser_session(request: HttpRequest, enterprise: Enterprise) -> IdpSession:
    """The current live session of this browser at ``enterprise``, with its person; raises ``NotSignedIn``."""
    current = load_sids(request, enterprise)[:1]
    session = (
        IdpSession.objects.select_related("person")
        .filter(sid__in=current, person__enterprise=enterprise, ended_at=None)
        .first()
    )
    if session is None:
        raise NotSignedIn
    return session


def load_sids(request: HttpRequest, enterprise: Enterprise) -> list[str]:
    """Every session this browser holds at ``enterprise``, the current one first."""
    return list(request.session.get(SESSION_KEY, {}).get(enterprise.slug, []))


def begin_session(request: HttpRequest, person: Person, *, now: datetime) -> IdpSession:
    """Sign ``person`` in to this browser.

    The session key changes, so that a cookie planted before the sign-in is worth nothing after it (session
    fixation). A person who signs in again keeps her session: its ``auth_time`` moves, its ``sid`` stays.
    """
    request.session.cycle_key()
    rotate_token(request)
    enterprise, sids = person.enterprise, load_sids(request, person.enterprise)
    session = IdpSession.objects.filter(sid__in=sids, person=person, ended_at=None).first()
    if session is None:
        session = IdpSession.objects.create(person=person, auth_time=now, started_at=now)
    else:
        session.auth_time = now
        session.save(update_fields=["auth_time"])
    _store_sids(request, enterprise, [session.sid, *(sid for sid in sids if sid != session.sid)])
    return session


def forget_session(request: HttpRequest, enterprise: Enterprise, sid: str) -> None:
    """Take an ended session out of this browser; who signed in before does not become current by it."""
    remaining = [other if other != sid else "" for other in load_sids(request, enterprise)]
    _store_sids(request, enterprise, remaining if any(remaining) else [])


def _store_sids(request: HttpRequest, enterprise: Enterprise, sids: list[str]) -> None:
    held = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = held | {enterprise.slug: sids}
