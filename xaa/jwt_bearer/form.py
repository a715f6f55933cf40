"""R2: the form of a token request, before anybody reads it (RFC 6749 §3.2).

For the token endpoint, and for every other endpoint at which the same clients authenticate: introspection (RFC
7662 §2.1) and revocation (RFC 7009 §2.1). The toolkit reads what it can and keeps the last of two equal
parameters; whoever reads the first then sees another request.

Deliberately does not: know which parameters there are. An unknown one is ignored (RFC 6749 §3.2), but not twice.
"""

from typing import Final

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.request import UnreadablePostError

from xaa.jwt_bearer.errors import InvalidRequest

FORM: Final = "application/x-www-form-urlencoded"
MAY_REPEAT: Final = frozenset({"resource"})  # RFC 8707 §2.2
NO_TEXT: Final = frozenset("\x00\ufffd")
"""What no database can look up, and what Django reads for escapes that are no UTF-8."""


def check_form(request: HttpRequest) -> None:
    """A form, of bearable size, in UTF-8, each parameter once, and one way of authenticating.

    Credentials in a URL end in logs (RFC 9700 §4.3.2), so nothing is taken from there. Two ways of authenticating
    could name two clients (RFC 6749 §2.3).
    """
    if request.content_type != FORM:
        raise InvalidRequest(f"Send the parameters as {FORM}.")
    if request.META.get("QUERY_STRING"):
        raise InvalidRequest("Send the parameters in the body: the URL has none.")
    form = _read(request)
    ways = ("Authorization" in request.headers, "client_secret" in form, "client_assertion" in form)
    if sum(ways) > 1:
        raise InvalidRequest("Authenticate in one way, not in several.")
    for name, values in form.lists():
        _check_parameter(name, values)


def _read(request: HttpRequest) -> QueryDict:
    """Django reads bytes that are no UTF-8 as Latin-1, and answers what it does not take with a page."""
    try:
        request.body.decode()
        return request.POST
    except (BadRequest, SuspiciousOperation, UnicodeDecodeError, UnreadablePostError) as error:
        raise InvalidRequest("Expected a form of bearable size, in UTF-8, and all of it.") from error


def _check_parameter(name: str, values: list[str]) -> None:
    """Once, and text: an escape that is no UTF-8 would be read as something that nobody sent.

    A stranger's name is shown short and in ASCII.
    """
    if len(values) > 1 and name not in MAY_REPEAT:
        raise InvalidRequest(f"Send each parameter once: {name!a:.60} came {len(values)} times.")
    if any(not NO_TEXT.isdisjoint(text) for text in (name, *values)):
        raise InvalidRequest(f"Expected text in UTF-8, without NUL characters: {name!a:.60} is none.")
