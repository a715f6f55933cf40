"""The sign-in that an API wants before it does something (RFC 9470 §3), and whether a sign-in is one.

In the flow this comes after the last leg was refused: the way on begins at the IdP again, with ``acr_values`` and
``max_age`` as they are here, and every token is got anew. The IdP's own demand comes in ``TokenEndpointError``::

    demand = read_sign_in_demand(answer)
    if demand and not stepped_up:       # once for one action of the person, or she goes round in circles
        ...send her to sign in; then, with the claims of the new ID Token:
        demand.is_met_by(acr=..., auth_time=..., now=...)

Deliberately does not: send anybody anywhere. That needs the person's browser.
"""

from dataclasses import dataclass

from xaa import protocol
from xaa.client.challenge import read_challenge
from xaa.http import HttpAnswer


@dataclass(frozen=True)
class SignInDemand:
    """``max_age`` in seconds or None, ``acr_values`` as in an authorization request; both empty: any new one."""

    max_age: int | None = None
    acr_values: str = ""

    def is_met_by(self, *, acr: str, auth_time: float | None, now: float, leeway: float = 0) -> bool:
        """Whether an ID Token with these claims would do (OpenID Connect Core §3.1.3.7); silence does not."""
        wanted = self.acr_values.split()
        if wanted and acr not in wanted:
            return False
        return self.max_age is None or (auth_time is not None and now - auth_time <= self.max_age + leeway)


def read_sign_in_demand(answer: HttpAnswer) -> SignInDemand | None:
    """What the challenge of a 401 names, if it is for the sign-in; what is no number of seconds is ignored."""
    if answer.status != 401:
        return None
    challenge = read_challenge(answer)
    if challenge.get("error") != protocol.ERROR_INSUFFICIENT_USER_AUTHENTICATION:
        return None
    max_age = challenge.get("max_age", "")
    is_number = max_age.isascii() and max_age.isdecimal() and len(max_age) < 10
    return SignInDemand(int(max_age) if is_number else None, challenge.get("acr_values", "")[:200])
