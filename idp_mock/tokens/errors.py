"""Errors of the token endpoint as the wire knows them (RFC 6749 §5.2).

The description is for the developer at the other end: what was expected, never a value that the request held.
"""

from django.http import JsonResponse

from xaa import protocol


class OAuthError(Exception):
    """Refuses a token request. ``error`` is a code of RFC 6749 §5.2 or of the grant's own specification."""

    def __init__(self, error: str, description: str, status: int = 400, **members: int | str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.members = members  # what else the body holds, such as max_age (RFC 9470 §3)
        self.check = ""  # the number of the check that refused, for the log


class InvalidClient(OAuthError):
    """The client did not authenticate. One wording for every cause, so that no answer tells which ids exist."""

    def __init__(self, *, used_header: bool) -> None:
        super().__init__(protocol.ERROR_INVALID_CLIENT, "Client authentication failed.", status=401)
        self.used_header = used_header


class TooManyFailures(OAuthError):
    """The client failed to authenticate, or its grant was refused, and once too often (RFC 6585 §4)."""

    def __init__(self, wait: int) -> None:
        text = f"Too many requests like this one have failed. Try again in {wait} seconds."
        super().__init__(protocol.ERROR_TOO_MANY_REQUESTS, text, status=429)
        self.wait = wait


def invalid_request(description: str) -> OAuthError:
    return OAuthError(protocol.ERROR_INVALID_REQUEST, description)


def invalid_grant(description: str) -> OAuthError:
    return OAuthError(protocol.ERROR_INVALID_GRANT, description)


def answer_error(error: OAuthError, *, realm: str) -> JsonResponse:
    """RFC 6749 §5.2: JSON; a 401 names the scheme when the client used the Authorization header."""
    body = {"error": error.error, "error_description": error.description} | error.members
    response = JsonResponse(body, status=error.status)
    if isinstance(error, InvalidClient) and error.used_header:
        response["WWW-Authenticate"] = f'Basic realm="{realm}", charset="UTF-8"'
    if isinstance(error, TooManyFailures):
        response["Retry-After"] = str(error.wait)
    return forbid_storing(response)


def forbid_storing(response: JsonResponse) -> JsonResponse:
    """Answers of the token endpoint hold tokens, or tell about them: no cache may keep one (RFC 6749 §5.1)."""
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
