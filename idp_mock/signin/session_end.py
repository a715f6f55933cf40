"""How a session ends, whoever ends it: here first, then in the log, then at the apps.

In the flow everything that hangs on a session closes with it: its ID Tokens can no longer be exchanged, its
refresh tokens no longer used (``protocol.md`` TX-21, OI-13), and the apps are told (``backchannel_logout``).

Deliberately does not: wait for an app before the session is over.
"""

from collections.abc import Iterable
from datetime import datetime

from idp_mock.directory.models import Person
from idp_mock.directory.person_change import save_person
from idp_mock.signin.backchannel_logout import tell_apps
from idp_mock.signin.events import SESSION_END, Happened, record_allowed
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.models import TokenFamily


def end_sessions(sessions: Iterable[IdpSession], *, now: datetime, everywhere: bool = False) -> None:
    """End those that live. ``everywhere``: the apps are to end all they have of her, not these sessions alone."""
    live = [session for session in sessions if session.is_live]
    for session in live:
        session.end(now)
        TokenFamily.objects.filter(session=session, revoked_at=None).update(revoked_at=now)
        record_allowed(SESSION_END, Happened(session.person, session.person.enterprise, now))
    tell_apps(live, now=now, everywhere=everywhere)


def suspend(person: Person, *, now: datetime, by: Person | None = None) -> None:
    """The one way in which a person becomes suspended: she can do nothing more here, and apps end what they have.

    Lifting it (``reactivate``) brings back none of her sessions: she signs in again.
    """
    save_person(person, {"status": Person.Status.SUSPENDED}, at=now, by=by)
    end_all_of(person, now=now)


def reactivate(person: Person, *, now: datetime, by: Person | None = None) -> None:
    save_person(person, {"status": Person.Status.ACTIVE}, at=now, by=by)


def end_all_of(person: Person, *, now: datetime) -> None:
    """After her suspension is saved, so that no app is waited for inside a transaction."""
    sessions = IdpSession.objects.select_related("person__enterprise").filter(person=person, ended_at=None)
    end_sessions(sessions, now=now, everywhere=True)
