"""The demo's client registrations: who is registered where, under which name, with whose secret.

An app has one client id at the IdP and another at the resource app's authorization server; the IdP knows
the mapping (ID-JAG §5). Secrets come from the environment under the owner's own variable; the demo makes
them on its first start and compose takes them from ``.env``.
"""

import json
from dataclasses import dataclass
from typing import Any

from stage.kit import addresses, env


@dataclass(frozen=True)
class Registration:
    """``client_id`` of ``owner`` at ``place`` ("acme", "globex", "todo0-inc" or "todo0")."""

    owner: str
    place: str
    client_id: str
    secret_variable: str

    def load_secret(self) -> str:
        return env.text(self.secret_variable)

    def load_keys(self) -> dict[str, Any]:
        """The owner's public keys as a JWK Set (RFC 7517 §5), where it signs; empty where it sends its secret."""
        text = env.text("AGENT0_CLIENT_JWKS", "") if self.owner == "agent0" else ""
        return dict(json.loads(text)) if text else {}


AGENT0_AT_ACME = Registration("agent0", "acme", "agent0-at-acme", "AGENT0_IDP_CLIENT_SECRET")
TODO0_AT_ACME = Registration("todo0", "acme", "todo0-at-acme", "TODO0_IDP_CLIENT_SECRET")
EVIL0_AT_ACME = Registration("evil0", "acme", "evil0-at-acme", "EVIL0_IDP_CLIENT_SECRET")
TODO0_AT_TODO0_INC = Registration("todo0", "todo0-inc", "todo0-at-todo0-inc", "TODO0_STAFF_IDP_CLIENT_SECRET")
AGENT0_AT_GLOBEX = Registration("agent0", "globex", "agent0-at-globex", "AGENT0_GLOBEX_CLIENT_SECRET")
AGENT0_AT_TODO0 = Registration("agent0", "todo0", "agent0-at-todo0", "AGENT0_RESOURCE_CLIENT_SECRET")
EVIL0_AT_TODO0 = Registration("evil0", "todo0", "evil0-at-todo0", "EVIL0_RESOURCE_CLIENT_SECRET")
EVIL0_URL = "http://localhost:9666"  # nothing of ours listens there
EVIL0_REDIRECT_URI = f"{EVIL0_URL}/callback"

AGENT0_DOCUMENT = f"{addresses.AGENT0_URL}/client-metadata.json"
"""Where Agent0 describes itself: the other client id it can have at Todo0, which needs no secret."""

REGISTRATIONS = (
    AGENT0_AT_ACME,
    TODO0_AT_ACME,
    TODO0_AT_TODO0_INC,
    EVIL0_AT_ACME,
    AGENT0_AT_GLOBEX,
    AGENT0_AT_TODO0,
    EVIL0_AT_TODO0,
)
