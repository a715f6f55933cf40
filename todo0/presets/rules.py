"""The presets: how Auth0 documents its resource apps, the draft to the letter, and what Auth0 does not have.

A preset fills fields of the server and of a connection, each of which stays visible and open to change. It is no
mode: nothing remembers that it was used. What it does not speak of stays as it is.

Deliberately does not: guess. Where Auth0 documents nothing, its presets leave the field alone.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from django.conf import settings

from todo0.federation.server_rules import AUTH0, RFC
from xaa.jwt_bearer.policy import FALLBACK, IGNORED, NARROWS

BETA: Final = "auth0-beta"


@dataclass(frozen=True)
class Preset:
    about: str
    server: dict[str, Any]
    connection: dict[str, Any]

    def at(self, limit: str, *, about: str) -> "Preset":
        """The same under another plan's limit."""
        return replace(self, about=about, server=self.server | {"id_jag_limit": limit})


BY_AUTH0: Final = {
    "default_audience": settings.JWT_BEARER_DEFAULT_RESOURCE,
    "disclose_unknown_user": True,
    "client_share": 100,
    "answers": AUTH0,
}
ONE_BY_ONE: Final = {"jit_accounts": False, "link_by_email": False, "several_organizations": False}
EARLY_ACCESS: Final = Preset(
    "As in Beta, and clients by their document; no scope in the request, and resource where the ID-JAG has none. "
    "Half of an Enterprise tenant's limit.",
    BY_AUTH0
    | {
        "url_clients": True,
        "scope_parameter": IGNORED,
        "resource_parameter": FALLBACK,
        "id_jag_limit": "50/s burst 50",
    },
    ONE_BY_ONE | {"single_use": False, "max_lifetime": 600},
)
PRESETS: Final = {
    BETA: Preset(
        "Registered, confidential clients alone; a default audience; the request's scope narrows, and has no "
        "resource; an ID-JAG counts until it expires; five a second.",
        BY_AUTH0
        | {
            "url_clients": False,
            "scope_parameter": NARROWS,
            "resource_parameter": IGNORED,
            "id_jag_limit": "5/s burst 5",
        },
        EARLY_ACCESS.connection,
    ),
    "auth0-ea": EARLY_ACCESS,
    "auth0-ea-b2b": EARLY_ACCESS.at(
        "25/s burst 25", about="The same on the plans B2B Essentials and Professional."
    ),
    "auth0-ea-free": EARLY_ACCESS.at("5/s burst 5", about="The same on the plan Free."),
    "strict": Preset(
        "The draft to the letter: every refusal alike, every ID-JAG once and for five minutes, and it must name "
        "its API. Of a limit it says nothing.",
        {
            "default_audience": "",
            "disclose_unknown_user": False,
            "url_clients": True,
            "scope_parameter": NARROWS,
            "resource_parameter": NARROWS,
            "answers": RFC,
        },
        ONE_BY_ONE | {"single_use": True, "max_lifetime": 300},
    ),
    "todo0": Preset(
        "What Auth0 does not have: several organizations for a connection, a client that uses at most half of the "
        "limit, and each ID-JAG counts once.",
        {
            "default_audience": settings.JWT_BEARER_DEFAULT_RESOURCE,
            "disclose_unknown_user": True,
            "url_clients": True,
            "scope_parameter": NARROWS,
            "resource_parameter": NARROWS,
            "id_jag_limit": "5/s burst 5",
            "client_share": 50,
            "answers": RFC,
        },
        ONE_BY_ONE | {"single_use": True, "max_lifetime": 600, "several_organizations": True},
    ),
}
