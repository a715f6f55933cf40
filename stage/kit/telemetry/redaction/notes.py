"""What stands in the place of what was taken out, and the list of it: ``xaa.redactions`` and ``xaa.tokens``.

In the flow: one ``Notes`` an exchange.

Deliberately does not: keep a token itself.
"""

import re
from typing import Final

from stage.kit.telemetry.redaction.names import KINDS_BY_TYP, LETTERS
from xaa.compact import JoseError, peek
from xaa.fingerprint import fingerprint

REDACTED: Final = "[redacted]"
SIGNATURE: Final = "[signature]"
JWT: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*(?![\w\[-])")  # but for one whose signature is out already


class Notes:
    def __init__(self) -> None:
        self.redactions: list[str] = []
        self.tokens: list[dict[str, str]] = []

    def secret(self, value: str, where: str) -> str:
        """For a password, a secret, a cookie or a code."""
        if not value:
            return value
        self._note(where)
        return REDACTED

    def token(self, value: str, where: str, kind: str) -> str:
        """For a token, which is of ``kind`` unless it says otherwise."""
        if not value:
            return value
        if JWT.fullmatch(value):
            return self.jwt(value, where, kind)
        self._note(where)
        return f"[redacted {self._see(value, where, kind)}]"

    def jwt(self, value: str, where: str, kind: str = "token") -> str:
        """Its header and claims, which can be read; without its signature nobody can present them."""
        head, _, signature = value.rpartition(".")
        self._see(value, where, _kind_of(value, kind))
        if not signature:
            return value
        self._note(where)
        return f"{head}.{SIGNATURE}"

    def see(self, value: str, where: str, kind: str) -> None:
        """A token whose form is changed elsewhere, such as a SAML assertion."""
        self._note(where)
        self._see(value, where, kind)

    def _see(self, value: str, where: str, kind: str) -> str:
        seen = {"fp": f"{LETTERS[kind]}-{fingerprint(value)}", "kind": kind, "where": where}
        if seen not in self.tokens:
            self.tokens.append(seen)
        return seen["fp"]

    def _note(self, where: str) -> None:
        if where not in self.redactions:
            self.redactions.append(where)


def _kind_of(token: str, otherwise: str) -> str:
    """By its ``typ`` (RFC 8725 §3.11); an ID Token has none of its own, so its place in the request names it."""
    try:
        header = peek(token).unverified_header
    except JoseError:
        return otherwise
    typ = str(header.get("typ", "JWT")).lower().removeprefix("application/")
    if typ != "jwt":
        return KINDS_BY_TYP.get(typ, otherwise)
    return otherwise if otherwise in ("client-assertion", "logout-token") else "id-token"
