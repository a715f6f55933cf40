"""Refuse the sessions that no longer count."""

from idp_mock.signin.models import IdpSession


class SessionNotLive(Exception):
    """The session is unknown here, signed out, or its person is suspended. ``reason`` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_session_is_live(session: IdpSession) -> None:
    """Not signed out, and the person not suspended since."""
    if not session.is_live:
        raise SessionNotLive("The person signed out.")
    if not session.person.is_active:
        raise SessionNotLive("The person is suspended.")
