"""The house as the door sees it: which processes there are, on which ports, and where their files live.

Deliberately does not: import ``stage.kit.addresses``, which needs Django. ``tests/house`` holds the two together.
"""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANAGE = ROOT / "manage.py"
CODE = ("xaa", "agent0", "todo0", "idp_mock", "stage")
WORKER = "worker"


@dataclass(frozen=True)
class Party:
    """Something that listens: ``package`` is its Django project, ``variable`` how its environment variables begin.

    ``application`` is set where a project has a second server, of its own kind: an ASGI application.
    """

    package: str
    variable: str
    title: str
    port: int
    application: str = ""

    @property
    def name(self) -> str:
        """What its lines in the log are headed with."""
        return self.place.replace("_", "") if self.application else self.package

    @property
    def place(self) -> str:
        """What its settings call it: ``PLACE``, its database's name, and the key in ``demo --json``."""
        return self.variable.lower()

    @property
    def port_variable(self) -> str:
        return f"{self.variable}_PORT"

    @property
    def url_variable(self) -> str:
        return f"{self.variable}_URL"


STAGE = Party("stage", "STAGE", "The stage", 8000)
AGENT0 = Party("agent0", "AGENT0", "Agent0", 8001)
TODO0 = Party("todo0", "TODO0", "Todo0", 8002)
IDP = Party("idp_mock", "IDP", "Acme IdP", 8003)
PARTIES = (STAGE, AGENT0, TODO0, IDP)
ENTERPRISES = ("acme", "globex", "todo0-inc")
"""Whom the mock IdP serves, each under its path."""
TODO0_MCP = Party("todo0", "TODO0_MCP", "Todo0's MCP server", 8004, "todo0.mcp.asgi:application")
SERVERS = (*PARTIES, TODO0_MCP)
BY_PACKAGE = {party.package: party for party in PARTIES}


def servers_of(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    """All that listens when ``parties`` run: one port each."""
    return tuple(server for server in SERVERS if server.package in {party.package for party in parties})


def find_var() -> Path:
    """The folder of everything the demo writes: databases, secrets, queue. ``DEMO_VAR`` moves it."""
    return Path(os.environ.get("DEMO_VAR") or ROOT / "var").absolute()


def url_of(party: Party, environment: dict[str, str]) -> str:
    """The public base URL, by the same rule as ``stage.kit.addresses.url_of``."""
    port = environment.get(party.port_variable) or party.port
    return (environment.get(party.url_variable) or f"http://localhost:{port}").rstrip("/")
