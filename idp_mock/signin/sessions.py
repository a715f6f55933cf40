"""Load the session that a ``sid`` claim names, and refuse the ones that no longer count."""

from idp_mock.directory.models import Enterprise
from idp_mock.signin.models import IdpSession


class SessionNotLive(Exception):
    """The session is unknown here, signed out, or its person is suspended. ``reason`` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def load_live_session(enterprise: Enterprise, *, sid: object, sub: object) -> IdpSession:
    """The live session ``sid`` of the active person ``sub``, with the person, in one SQL statement.

    An ID Token outlives a sign-out by minutes; this is what makes it useless at once (``protocol.md`` TX-21).
    """
    session = (
        IdpSession.objects.select_related("person")
        .filter(person__enterprise=enterprise, sid=sid if isinstance(sid, str) else "")
        .first()
    )
    if session is None or session.person.sub != sub:
        raise SessionNotLive("There is no session of this person under this sid.")
    check_session_is_live(session)
    return session


def check_session_is_live(session: IdpSession) -> None:
    """Not signed out, and the person not suspended since."""
    if not session.is_live:
        raise SessionNotLive("The person signed out.")
    if not session.person.is_active:
        raise SessionNotLive("The person is suspended.")
