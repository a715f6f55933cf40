"""Which sign-in sessions this browser holds: the Django session keeps their ``sid`` per enterprise.

One of an enterprise is current. The others are of people who signed in here before somebody else did: switching
people is not signing out, so their sessions live on, but in this browser only signing out can still use them.

Deliberately does not: hold anything about the person in the cookie's session. Her row is read at every request,
so a suspension or a sign-out elsewhere counts at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from idp_mock.directory.models import Enterprise, Person
from idp_mock.signin.factors import AMR_SECOND_FACTOR
from idp_mock.signin.models import IdpSession

SESSION_KEY = "idp_sessions"


class NotSignedIn(Exception):
    """Nobody is signed in to this enterprise in this browser."""


def load_browser_session(request: HttpRequest, enterprise: Enterprise) -> IdpSession:
    """The current live session of this browser at ``enterprise``, with its person; raises ``NotSignedIn``."""
    current = _read(request, enterprise)["current"]
    if not current:
        raise NotSignedIn
    sessions = IdpSession.objects.select_related("person__enterprise").filter(
        person__enterprise=enterprise, ended_at=None
    )
    try:
        return sessions.get(sid=current)
    except IdpSession.DoesNotExist as error:
        raise NotSignedIn from error


def load_sids(request: HttpRequest, enterprise: Enterprise) -> list[str]:
    """Every session this browser holds at ``enterprise``, current or not."""
    return list(_read(request, enterprise)["held"])


def begin_session(request: HttpRequest, person: Person, *, amr: Sequence[str], now: datetime) -> IdpSession:
    """Sign ``person`` in to this browser by the factors ``amr``.

    The session key changes, so that a cookie planted before the sign-in is worth nothing after it (session
    fixation). A person who signs in again keeps her session: its ``auth_time`` moves, its ``sid`` stays, and a
    second factor that she gave before no longer counts.
    """
    change_keys(request)
    held = load_sids(request, person.enterprise)
    session = IdpSession.objects.filter(sid__in=held, person=person, ended_at=None).first()
    if session is None:
        session = IdpSession.objects.create(person=person, auth_time=now, amr=list(amr), started_at=now)
    else:
        session.auth_time, session.amr, session.second_factor_at = now, list(amr), None
        session.save(update_fields=["auth_time", "amr", "second_factor_at"])
    _write(request, person.enterprise, current=session.sid, held={*held, session.sid})
    return session


def add_second_factor(request: HttpRequest, session: IdpSession, *, now: datetime) -> None:
    """``auth_time`` stays that of the first factor: the sign-in as a whole is no younger than its oldest part."""
    change_keys(request)
    session.amr = list(dict.fromkeys([*session.amr, AMR_SECOND_FACTOR]))
    session.second_factor_at = now
    session.save(update_fields=["amr", "second_factor_at"])


def change_keys(request: HttpRequest) -> None:
    """New session key and CSRF token: whoever knew the old ones gains nothing by the new standing."""
    request.session.cycle_key()
    rotate_token(request)


def forget_session(request: HttpRequest, enterprise: Enterprise, sid: str) -> None:
    """Take an ended session out of this browser. Who signed in before her does not become current by it."""
    kept = _read(request, enterprise)
    if sid in kept["held"]:
        current = "" if kept["current"] == sid else kept["current"]
        _write(request, enterprise, current=current, held=set(kept["held"]) - {sid})


def _read(request: HttpRequest, enterprise: Enterprise) -> dict[str, Any]:
    return request.session.get(SESSION_KEY, {}).get(enterprise.slug, {"current": "", "held": []})


def _write(request: HttpRequest, enterprise: Enterprise, *, current: str, held: set[str]) -> None:
    everywhere = request.session.get(SESSION_KEY, {})
    request.session[SESSION_KEY] = everywhere | {enterprise.slug: {"current": current, "held": sorted(held)}}
