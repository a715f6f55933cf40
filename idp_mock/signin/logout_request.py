"""A sign-out that an app asks for (OpenID Connect RP-Initiated Logout §2), and how far it can be believed.

A verified ``id_token_hint`` says which app asks and which session it means. Without one the request is just a
link that anybody can put anywhere, so the person is asked first. Where to go afterwards is only ever an address
that the app has registered, character by character (§3).

Deliberately does not: ``logout_hint``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict

from idp_mock.directory.models import App, Enterprise
from idp_mock.directory.subjects import is_subject_of
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.form import is_clean
from idp_mock.tokens.id_token import IdTokenRejected, verify_id_token_hint

PARAMETERS = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state")


@dataclass(frozen=True)
class LogoutRequest:
    """What an app asks for. ``session`` is what its verified hint names; ``doubt`` says what was not believed."""

    app: App | None = None
    is_verified: bool = False
    session: IdpSession | None = None
    return_to: str = ""
    doubt: str = ""


def parse_logout_request(enterprise: Enterprise, params: QueryDict) -> LogoutRequest:
    """Never refuses: whoever wants out gets out. What cannot be believed is left out, and said."""
    fields = {name: params.getlist(name) for name in PARAMETERS}
    if any(len(values) > 1 or not all(map(is_clean, values)) for values in fields.values()):
        return LogoutRequest(doubt="The app's request was malformed.")
    given = {name: values[0] if values else "" for name, values in fields.items()}
    if not given["id_token_hint"]:
        return resolve_return(LogoutRequest(find_app(enterprise, given["client_id"])), given)
    try:
        claims = verify_id_token_hint(enterprise, given["id_token_hint"])
    except IdTokenRejected:
        return LogoutRequest(doubt="The app's request could not be verified.")
    if given["client_id"] not in ("", claims["aud"]):
        return LogoutRequest(doubt="The app's request names one app and was made with the sign-in of another.")
    app = find_app(enterprise, claims["aud"])
    session = find_session(app, claims) if app else None
    return resolve_return(LogoutRequest(app, is_verified=True, session=session), given)


def find_app(enterprise: Enterprise, client_id: str) -> App | None:
    return App.objects.select_related("enterprise").filter(enterprise=enterprise, client_id=client_id).first()


def find_session(app: App, claims: Mapping[str, Any]) -> IdpSession | None:
    """The session that the hint of ``app`` is from, if it is of the person whom it names."""
    sessions = IdpSession.objects.select_related("person__enterprise")
    session = sessions.filter(sid=claims["sid"], person__enterprise=app.enterprise).first()
    return session if session and is_subject_of(app, session.person, claims["sub"]) else None


def resolve_return(asked: LogoutRequest, given: Mapping[str, str]) -> LogoutRequest:
    """Add the way back, if the app registered exactly this address; ``state`` travels along."""
    uri = given["post_logout_redirect_uri"]
    if not uri:
        return asked
    if asked.app is None or uri not in asked.app.post_logout_redirect_uris:
        return replace(asked, doubt="The app asked to send you to an unregistered address.")
    state = urlencode({"state": given["state"]}) if given["state"] else ""
    separator = "&" if urlsplit(uri).query else "?"
    return replace(asked, return_to=f"{uri}{separator}{state}" if state else uri)
