"""What the caller is told: the few answers a token endpoint gives, in django-oauth-toolkit's own error type.

A refused ID-JAG gets one uniform answer (RFC 7523 §3.1), so that nobody can probe which accounts, issuers or keys
exist. What exactly was wrong stands in the log.
"""

from collections.abc import Mapping

from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from xaa import protocol

UNIFORM_DESCRIPTION = "The assertion is invalid, expired or was not issued for this client and server."


class InvalidRequest(OAuth2Error):
    """RFC 6749 §5.2: a parameter is missing, repeated or malformed."""

    error = protocol.ERROR_INVALID_REQUEST


class InvalidClient(OAuth2Error):
    """RFC 6749 §5.2: client authentication failed. The same answer for an unknown client and a wrong secret."""

    error = protocol.ERROR_INVALID_CLIENT
    status_code = 401
    description = "Client authentication failed."

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Basic realm="token endpoint", charset="UTF-8"'}


class UnauthorizedClient(OAuth2Error):
    """RFC 6749 §5.2: this client is not registered for this grant, or cannot keep a secret (ID-JAG §9.1)."""

    error = protocol.ERROR_UNAUTHORIZED_CLIENT
    description = "This client may not redeem ID-JAGs here. Its registration is changed by this server's admin."


class Refused(OAuth2Error):
    """A check refused the ID-JAG: ``invalid_grant``, or the code that the check names. ``check`` is its number."""

    def __init__(self, *, error: str, description: str, check: str) -> None:
        self.error, self.check = error, check
        super().__init__(description or UNIFORM_DESCRIPTION)


class TooManyRequests(OAuth2Error):
    """RFC 6585 §4: the client is who it says, and comes too soon. Its ID-JAG was not looked at and is not spent.

    ``JWT_BEARER_ADMIT`` raises it, with the headers that say when to come back.
    """

    error = protocol.ERROR_TOO_MANY_REQUESTS
    status_code = 429

    def __init__(self, *, wait: int, headers: Mapping[str, str]) -> None:
        self._headers = {"Retry-After": str(wait), **headers}
        super().__init__(f"Too many ID-JAGs are being redeemed here. Try again in {wait} s.")

    @property
    def headers(self) -> dict[str, str]:
        return self._headers


class TemporarilyUnavailable(OAuth2Error):
    """The issuer's keys cannot be had: our dependency's fault, so neither a pass nor an ``invalid_grant``."""

    error = protocol.ERROR_TEMPORARILY_UNAVAILABLE
    status_code = 503
    description = "The keys needed to verify this assertion cannot be fetched now. Try again later."
    retry_after = 10

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}
