"""Who is who in a trace: the five places of every diagram, and at which of them a request arrives.

In the flow one process may play two places: Todo0's authorization server and its API share an address, so the path
tells them apart. Somebody else's IdP or API (docs/okta.md) is known by the address that the settings give it.

Deliberately does not: guess. An address that nobody configured is a place of its own, shown by its host.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from stage.kit import addresses, env
from stage.kit.registrations import REGISTRATIONS


@dataclass(frozen=True)
class Place:
    """``key`` names its badge, colour and shape; ``owner`` is the domain band that it stands in."""

    key: str
    tag: str
    name: str
    owner: str


YOU = Place("you", "YOU", "Browser", "You")
AGENT0 = Place("agent0", "AG", "Agent0", "Agent0 Inc.")
IDP = Place("idp", "ID", f"{addresses.ENTERPRISE} IdP", addresses.ENTERPRISE)
TODO0 = Place("todo0", "AS", "Todo0's authorization server", "Todo0 Inc.")
API = Place("api", "API", "Todo0's API", "Todo0 Inc.")
A_PROGRAM = Place("program", "?", "A program of yours", "elsewhere")
"""It records nothing, and asks as Agent0 would."""
EVIL0 = Place("elsewhere", "EV", "Evil0", "elsewhere")  # the stage plays it, and records what it does
PLACES = (YOU, AGENT0, IDP, TODO0, API)  # from left to right in the diagram
BY_KEY = {place.key: place for place in PLACES}
OF_THE_SETTINGS = env.url("AGENT0_IDP_ISSUER", f"{addresses.IDP_URL}/acme")
ENTERPRISES = {one.place for one in REGISTRATIONS} - {TODO0.key}
OF_THE_API = re.compile(r"/api(/|$)|/mcp(/|$)|/\.well-known/oauth-protected-resource")


def place_at(url: str) -> Place:
    """The place that answers at ``url``."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    if origin == _origin(addresses.AGENT0_URL):
        return AGENT0
    if origin == _origin(addresses.TODO0_MCP_URL):
        return API
    if origin == _origin(addresses.TODO0_URL):
        return API if OF_THE_API.match(urlsplit(url).path) else TODO0
    if origin in (_origin(addresses.IDP_URL), _origin(addresses.ENTERPRISE_URL)):
        return idp_of(urlsplit(url).path)
    host = urlsplit(url).netloc or "elsewhere"
    return Place("elsewhere", "?", host, host)


def place_of(recorded: str, *, target: str = "") -> Place:
    """The place that a party's record means by its ``PLACE``; ``target`` is the path it was asked for."""
    if recorded == "todo0_mcp":
        return API
    if recorded == "todo0" and OF_THE_API.match(target):
        return API
    if recorded == IDP.key:
        return idp_of(target)
    if recorded == "evil0":
        return EVIL0
    return BY_KEY.get(recorded) or Place("elsewhere", "?", recorded, recorded)


def idp_of(path: str) -> Place:
    """The IdP of one enterprise: ours serves several, each under a path of its own (``/acme/token``).

    RFC 8414 §3 puts the well-known part first, so there the enterprise is last.
    """
    parts = path.partition("?")[0].strip("/").split("/")
    slug = parts[-1] if parts[0] == ".well-known" else parts[0]
    if slug not in ENTERPRISES or f"{addresses.IDP_URL}/{slug}" == OF_THE_SETTINGS:
        return IDP
    name = " ".join(word.capitalize() for word in slug.split("-"))
    return Place(IDP.key, IDP.tag, f"{name} IdP", name)


def _origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))
