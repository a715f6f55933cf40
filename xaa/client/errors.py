"""What can go wrong on the way of a token, told so that a page can point at the arrow that broke.

``leg`` is that arrow: ``"discovery"`` (what an API says of itself), ``"token exchange"`` (to the IdP),
``"redemption"`` (to the resource app's authorization server), ``"api call"``, or ``"revocation"`` (to either
server, when it is all over). Who decided and what to do next follows from the leg and the code.
"""

from typing import Literal

from xaa.errors import XaaError

Leg = Literal["discovery", "token exchange", "redemption", "api call", "revocation"]


class NoAnswer(XaaError):
    """The far side of ``leg`` did not answer, or not with something usable. Trying again later may help."""

    def __init__(self, leg: Leg, url: str, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{leg}: {url}: {reason}")
        self.leg = leg
        self.url = url
        self.reason = reason
        self.retry_after = retry_after  # seconds, when the far side said so (RFC 9110 §10.2.3)


class RateLimited(NoAnswer):
    """The far side of ``leg`` is there and says "not so many" (RFC 6585 §4). Nothing of the request was done.

    ``retry_after`` is how long to wait at least, when it said so. Of many who were told the same, each had better
    wait a little longer, and not all as long.
    """


class TokenEndpointError(XaaError):
    """The far side of ``leg`` decided no, with an OAuth error (RFC 6749 §5.2). Trying again changes nothing.

    ``invalid_grant`` counts the same on status 400 and 401; real servers send both. With
    ``insufficient_user_authentication``, ``max_age`` (seconds) and ``acr_values`` say which sign-in would help
    (ID-JAG §9.2; RFC 9470 §3).
    """

    def __init__(
        self,
        leg: Leg,
        *,
        error: str,
        description: str,
        status: int,
        max_age: int | None = None,
        acr_values: str = "",
    ) -> None:
        super().__init__(f"{leg}: {error} ({status}): {description}")
        self.leg = leg
        self.error = error
        self.description = description
        self.status = status
        self.max_age = max_age
        self.acr_values = acr_values


class UnexpectedResponse(XaaError):
    """A success answer that breaks a rule of the protocol, so that its token must not be used."""

    def __init__(self, leg: Leg, *, field: str, rule: str) -> None:
        super().__init__(f"{leg}: {field}: {rule}")
        self.leg = leg
        self.field = field
        self.rule = rule
