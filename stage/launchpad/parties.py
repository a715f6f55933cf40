"""Who takes part: the three parties with their addresses, and whether each answers right now.

Deliberately does not: start, mend or restart a party. It asks ``/health`` and tells what it heard.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from stage.kit import addresses
from xaa.http import HttpFailure, OutgoingHttp

TIMEOUT = 0.5  # seconds: the launchpad must not wait for a party that hangs


@dataclass(frozen=True)
class Party:
    """One process of the demo. ``place`` names its badge, ``owner`` the organisation that runs it."""

    place: str
    name: str
    owner: str
    role: str
    url: str
    does: str


@dataclass(frozen=True)
class Answer:
    """What a party's ``/health`` said. ``reason`` is empty when it is well."""

    party: Party
    reason: str = ""

    @property
    def is_well(self) -> bool:
        return not self.reason


AGENT0 = Party(
    place="agent0",
    name="Agent0",
    owner="Agent0 Inc.",
    role="requesting app",
    url=addresses.AGENT0_URL,
    does="An assistant. Alice signs in and asks; it works for her at other apps.",
)
IDP = Party(
    place="idp",
    name="Acme IdP",
    owner="Acme",
    role="enterprise IdP",
    url=addresses.IDP_URL,
    does="Signs Acme's people in, and decides which app may act for whom, where.",
)
TODO0 = Party(
    place="todo0",
    name="Todo0",
    owner="Todo0 Inc.",
    role="resource app",
    url=addresses.TODO0_URL,
    does="A todo list with an API, and the authorization server that guards it.",
)
PARTIES = (AGENT0, IDP, TODO0)  # in the order in which the flow first visits them


def fetch_health(parties: Sequence[Party] = PARTIES, *, allow_private: bool) -> list[Answer]:
    """Ask all parties at once; a party that is down is an answer, not an error."""
    http = OutgoingHttp(allow_private=allow_private, timeout=TIMEOUT, max_bytes=1024)
    with ThreadPoolExecutor(max_workers=len(parties)) as pool:
        return list(pool.map(partial(_ask, http), parties))


def _ask(http: OutgoingHttp, party: Party) -> Answer:
    try:
        answer = http.get(f"{party.url}/health")
    except HttpFailure as failure:
        return Answer(party, reason=failure.reason)
    if answer.status != 200:
        return Answer(party, reason=f"answered {answer.status}, expected 200")
    return Answer(party)
