"""Who takes part: the three parties with their addresses, Todo0 with two, and whether each answers right now.

The enterprise's IdP may be somebody else's (docs/okta.md). Then ours does not run, and theirs is in its place.

Deliberately does not: start, mend or restart a party. It asks ``/health`` and tells what it heard; a server that
is not of the demo is asked nothing.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from stage.kit import addresses
from xaa.http import HttpFailure, OutgoingHttp

TIMEOUT = 0.5  # seconds: the launchpad must not wait for a party that hangs


@dataclass(frozen=True)
class Party:
    """One process of the demo; ``place`` names its badge. ``is_for_people`` when its address is worth opening."""

    place: str
    name: str
    url: str
    does: str
    is_for_people: bool = True
    is_ours: bool = True


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
    url=addresses.AGENT0_URL,
    does="The requesting app: Alice asks, and it works for her at other apps.",
)
IDP = Party(
    place="idp",
    name="Acme IdP",
    url=addresses.IDP_URL,
    does="The enterprise IdP: signs people in, and decides which app may act for whom.",
)
TODO0 = Party(
    place="todo0",
    name="Todo0",
    url=addresses.TODO0_URL,
    does="The resource app: a todo list, its API, and the authorization server for it.",
)
TODO0_MCP = Party(
    place="api",
    name="Todo0's MCP server",
    url=addresses.TODO0_MCP_URL,
    does="The same todos as tools for assistants. Agent0 goes there when you choose so on its Connections page.",
    is_for_people=False,
)
PARTIES = (AGENT0, IDP, TODO0, TODO0_MCP)  # in the order in which the flow first visits them


def list_parties() -> Sequence[Party]:
    if addresses.ENTERPRISE_URL == addresses.IDP_URL:
        return PARTIES
    theirs = replace(IDP, name=addresses.ENTERPRISE, url=addresses.ENTERPRISE_URL, is_ours=False)
    return (AGENT0, theirs, TODO0, TODO0_MCP)


def fetch_health(
    parties: Sequence[Party] = PARTIES, *, allow_private: bool, timeout: float = TIMEOUT
) -> list[Answer]:
    """Ask all parties at once; a party that is down is an answer, not an error."""
    http = OutgoingHttp(allow_private=allow_private, timeout=timeout, max_bytes=1024)
    with ThreadPoolExecutor(max_workers=len(parties)) as pool:
        return list(pool.map(partial(_ask, http), parties))


def _ask(http: OutgoingHttp, party: Party) -> Answer:
    if not party.is_ours:
        return Answer(party)
    try:
        answer = http.get(f"{party.url}/health")
    except HttpFailure as failure:
        return Answer(party, reason=failure.reason)
    if answer.status != 200:
        return Answer(party, reason=f"answered {answer.status}, expected 200")
    return Answer(party)
