"""A request that Agent0 sends, as a value that a fault can alter, and which leg of the flow it is.

Deliberately does not: send it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from requests.auth import AuthBase

from agent0.jobs.models import Run
from xaa import protocol
from xaa.http import HttpAnswer

Leg = Literal["exchange", "redemption", "call", ""]
GRANTS: Final[dict[str, Leg]] = {
    protocol.GRANT_TOKEN_EXCHANGE: "exchange",
    protocol.GRANT_JWT_BEARER: "redemption",
    protocol.GRANT_JWT_DPOP: "redemption",
}


@dataclass(frozen=True)
class Sent:
    """A request as ``OutgoingHttp`` takes it. ``form`` and ``headers`` may hold tokens, so neither is shown."""

    method: str
    url: str
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    auth: AuthBase | None = field(default=None, repr=False)

    @property
    def leg(self) -> Leg:
        if "Authorization" in self.headers:
            return "call"
        return GRANTS.get(self.form.get("grant_type", ""), "")


class Lab(Protocol):
    """What a fault may use: whose Run it is, what Agent0 sent last on each leg, and a way out past all faults."""

    run: Run
    seen: dict[Leg, Sent]

    def send(self, sent: Sent) -> HttpAnswer: ...
