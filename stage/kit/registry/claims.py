"""What each member of a token's header and payload means, who writes it, and which check looks at it.

In the flow four kinds of token pass by, and one name may mean another thing in each: ``aud`` is Agent0 in the ID
Token, Todo0's authorization server in the ID-JAG, the API in the access token.

Deliberately does not: read a token. ``stage.recorder.token_view`` puts these words beside the values.
"""

import functools
from dataclasses import dataclass
from typing import Literal

from stage.kit.registry.loader import load
from stage.kit.registry.references import Reference, refer_to

Kind = Literal["", "id-token", "id-jag", "access-token", "proof", "client-assertion", "logout-token"]


@dataclass(frozen=True)
class Claim:
    """``token`` is the kind it is about, "" any. ``set_by`` is who writes it, ``checks`` who reads it."""

    name: str
    words: str
    spec: str
    part: Literal["header", "payload"] = "payload"
    token: Kind = ""
    set_by: str = ""
    checks: tuple[str, ...] = ()

    @property
    def reference(self) -> Reference:
        return refer_to(self.spec)


@functools.cache
def _by_name() -> dict[tuple[str, str, str], Claim]:
    return {(claim.part, claim.name, claim.token): claim for claim in load("claims", Claim)}


def find_claim(name: str, *, part: str, token: str) -> Claim | None:
    """What ``name`` means in a token of that kind; None for a name that nobody here mints."""
    known = _by_name()
    return known.get((part, name, token)) or known.get((part, name, ""))
