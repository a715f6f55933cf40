"""The form of a token request, parsed once and strictly (RFC 6749 §3.2).

A parameter sent twice is refused: two readers could each see another value. An empty value counts as absent,
an unknown parameter is ignored. Bytes that are no UTF-8 and control characters are refused here, so that
nothing behind this file meets them.

Deliberately does not: read the query string. RFC 6749 §2.3.1 keeps credentials out of URLs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError

from idp_mock.tokens.errors import invalid_request
from xaa import dpop, protocol

MAY_REPEAT = ("audience", "resource")
"""RFC 8693 §2.1 lets a token exchange name several; whether several can be granted is the grant's own rule."""

_REPLACEMENT = "\ufffd"  # what Django puts in place of bytes that are no UTF-8


@dataclass(frozen=True)
class TokenForm:
    """The parameters of one token request, and the DPoP proofs that came with it (RFC 9449 §5)."""

    values: Mapping[str, Sequence[str]]
    dpop_headers: tuple[str, ...] = field(default=(), repr=False)

    def optional(self, name: str) -> str:
        """The value of a single-valued parameter, or ``""`` when it is absent or empty."""
        given = self.every(name)
        if len(given) > 1:
            raise invalid_request(f"The parameter '{name}' must not be sent more than once.")
        return given[0] if given else ""

    def required(self, name: str) -> str:
        value = self.optional(name)
        if not value:
            raise invalid_request(f"The parameter '{name}' is missing.")
        return value

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a parameter that may repeat, without the empty ones."""
        return tuple(value for value in self.values.get(name, ()) if value)


def parse_token_form(request: HttpRequest) -> TokenForm:
    """Read the body of a token request; raises ``OAuthError`` for anything but one clean form."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise invalid_request("The body must be application/x-www-form-urlencoded.")
    try:
        request.body.decode()  # else Django reads bytes that are no UTF-8 as Latin-1
        values = {name: request.POST.getlist(name) for name in request.POST}
    except (BadRequest, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise invalid_request("The body is not a form of acceptable size in UTF-8.") from error
    for name, given in values.items():
        check_parameter(name, given)
    form = TokenForm(values, dpop.read_headers(request.headers.get(protocol.HEADER_DPOP)))
    if form.values.get("grant_type") != [protocol.GRANT_TOKEN_EXCHANGE]:
        for name in MAY_REPEAT:
            form.optional(name)
    return form


def check_parameter(name: str, given: Sequence[str]) -> None:
    """Once only, and text: a control character belongs in no OAuth parameter (RFC 6749 Appendix A)."""
    if len(given) > 1 and name not in MAY_REPEAT:
        raise invalid_request("A parameter must not be sent more than once.")
    if not all(is_clean(text) for text in (name, *given)):
        raise invalid_request("Parameters must be UTF-8 text without control characters.")


def is_clean(text: str) -> bool:
    return text.isprintable() and _REPLACEMENT not in text
