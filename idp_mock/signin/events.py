"""What signing in and out writes into the system log, in Okta's words for the same events.

Deliberately does not: keep what somebody typed into the login field. People type passwords there.
"""

from dataclasses import dataclass
from datetime import datetime

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.systemlog.models import Event
from idp_mock.systemlog.record import record

SESSION_START = "user.session.start"
SESSION_END = "user.session.end"
SECOND_FACTOR = "user.authentication.auth_via_mfa"
SIGN_IN_TO_APP = "user.authentication.sso"
TOKEN_REUSE = "app.oauth2.token.detect_reuse"
APP_LOGOUT = "user.authentication.universal_logout"
PERSON_SUSPEND = "user.lifecycle.suspend"
PERSON_REACTIVATE = "user.lifecycle.unsuspend"


@dataclass(frozen=True)
class Happened:
    """Whom it was about, at which enterprise, when, and through which app, if any."""

    person: Person
    enterprise: Enterprise
    at: datetime
    app: App | None = None


def record_allowed(event_type: str, happened: Happened) -> None:
    _record(Event(event_type=event_type, outcome=Event.Outcome.ALLOWED), happened)


def record_denied(event_type: str, happened: Happened, *, error: str, reason: str) -> None:
    _record(Event(event_type=event_type, outcome=Event.Outcome.DENIED, error=error, reason=reason), happened)


def _record(event: Event, happened: Happened) -> None:
    event.enterprise, event.at = happened.enterprise, happened.at
    event.person_sub, event.person_name = happened.person.sub, happened.person.name
    if happened.app:
        event.requesting_client_id, event.requesting_app_name = happened.app.client_id, happened.app.name
    record(event)
