"""Where each party is reached: one public base URL each, by which the browser and the other parties call it.

An issuer identifier is compared byte for byte (RFC 8414 §3.3), so there is one spelling of every address
and it stands here. ``<PARTY>_PORT`` moves a party on this machine, ``<PARTY>_URL`` puts it behind a proxy.
"""

from urllib.parse import urlsplit

from stage.kit import env

PORTS = {"STAGE": 8000, "AGENT0": 8001, "TODO0": 8002, "IDP": 8003, "TODO0_MCP": 8004}


def port_of(party: str) -> int:
    """The port that ``party`` ("STAGE", "AGENT0", "TODO0", "IDP", "TODO0_MCP") listens on."""
    return env.integer(f"{party}_PORT", PORTS[party], minimum=1)


def url_of(party: str) -> str:
    """The public base URL of ``party``, without a trailing slash."""
    return env.url(f"{party}_URL", f"http://localhost:{port_of(party)}").rstrip("/")


def home_of(issuer: str) -> str:
    """Where a person looks for the IdP of that name: at the front page of its host. An issuer is no page."""
    if issuer.startswith(f"{IDP_URL}/"):
        return IDP_URL
    return "{0.scheme}://{0.netloc}".format(urlsplit(issuer))


STAGE_URL = url_of("STAGE")
AGENT0_URL = url_of("AGENT0")
TODO0_URL = url_of("TODO0")
IDP_URL = url_of("IDP")
TODO0_MCP_URL = url_of("TODO0_MCP")

# The enterprise's IdP: ours, or somebody else's (docs/okta.md), to which the frame of every page then leads.
ENTERPRISE = env.text("AGENT0_IDP_NAME", "Acme")
ENTERPRISE_URL = home_of(env.url("AGENT0_IDP_ISSUER", f"{IDP_URL}/acme"))
