"""The parameters of ``WWW-Authenticate`` (RFC 9110 §11.6.1), by which an API says what it wants.

In the flow they lead to the API's metadata (``discovery``), name the scope that is missing (``session``) or the
sign-in (``step_up``).

Deliberately does not: believe them. Who reads one decides what may follow from it.
"""

import re
from typing import Final

from xaa.http import HttpAnswer

PARAMETER: Final = re.compile(  # RFC 9110 §11.2; begun only where a word begins, or a long word costs its square
    r'(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))'
)


def read_challenge(answer: HttpAnswer) -> dict[str, str]:
    """By name in lower case, which is how they are compared; empty without a challenge."""
    header = answer.headers.get("WWW-Authenticate", "")
    return {name.lower(): quoted or plain for name, quoted, plain in PARAMETER.findall(header)}
