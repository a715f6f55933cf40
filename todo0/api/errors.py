"""The two ways in which the API says no: a problem with the request, and a problem with its access token.

Both become JSON with ``error`` for programs and ``message`` (what was expected, what was found) for people. A
token problem also carries the challenge of RFC 6750 §3, whose ``resource_metadata`` leads a client to the
authorization server (RFC 9728 §5.1).

Deliberately does not: tell a caller about todos that are not the token user's; those do not exist.
"""

from django.conf import settings
from django.http import JsonResponse

from xaa import protocol
from xaa.dpop import ALGORITHMS


class ApiError(Exception):
    """The request cannot be carried out as it is."""

    def __init__(self, status: int, error: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def as_response(self) -> JsonResponse:
        return JsonResponse(
            {"error": self.error, "message": self.message}, status=self.status, headers=self.headers
        )


class AccessTokenRejected(ApiError):
    """The named check failed. No credentials at all: a bare challenge without an error code (RFC 6750 §3.1)."""

    def __init__(self, status: int, error: str, message: str, *, scheme: str = "", **parameters: str) -> None:
        super().__init__(status, error or "unauthorized", message)
        self.scheme = scheme  # the one to come back with; empty: the one that the request came with
        described = {"error": error, "error_description": message if error else ""}
        self.parameters = described | parameters  # of the challenge; an empty one is left out

    def as_response(self) -> JsonResponse:
        self.headers["WWW-Authenticate"] = self.challenge(settings.API_METADATA_URL)
        return super().as_response()

    def challenge(self, metadata_url: str) -> str:
        """``metadata_url`` is that of the resource that was called: this server has two (``todo0.mcp``)."""
        scheme = self.scheme or protocol.TOKEN_TYPE_BEARER
        parameters = self.parameters | {"resource_metadata": metadata_url}
        if scheme == protocol.TOKEN_TYPE_DPOP:
            parameters["algs"] = " ".join(ALGORITHMS)  # RFC 9449 §7.1
        quoted = ", ".join(f'{name}="{_quotable(value)}"' for name, value in parameters.items() if value)
        return f"{scheme} {quoted}"


def _quotable(text: str) -> str:
    """Only the characters that RFC 6750 §3 allows in a quoted parameter; a token's claims may hold any."""
    return "".join(character if " " <= character <= "~" else "?" for character in text).translate(
        {ord('"'): "'", ord("\\"): "/"}
    )


def not_found(todo_id: int) -> ApiError:
    return ApiError(404, "not_found", f"Expected the id of one of this user's todos, found {todo_id}.")
