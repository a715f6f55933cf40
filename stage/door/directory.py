"""Everything about a running demo that a program needs to be pointed at it: ``manage.py demo --json``.

Endpoints are not known here, they are read from the metadata that the running parties publish, and keep the names
they have there (RFC 8414 §2, OpenID Connect Discovery §3).

DEMO ONLY: it prints secrets and passwords, of clients and people that exist on this machine alone.
"""

import json
import urllib.request
from dataclasses import asdict
from typing import TYPE_CHECKING

from stage.door.environment import load_any_secret, signs
from stage.door.layout import AGENT0, ENTERPRISES, IDP, STAGE, TODO0, TODO0_MCP, url_of

if TYPE_CHECKING:
    from stage.kit.registrations import Registration

KEPT = ("issuer", "jwks_uri", "scopes_supported", "grant_types_supported")


def build(environments: dict[str, dict[str, str]]) -> dict[str, object]:
    """The object with the keys ``stage``, ``agent0``, ``todo0``, ``idp``, ``clients`` and ``people``."""
    environment = environments[AGENT0.package]
    has_idp = IDP.package in environments
    return {
        "stage": _place(url_of(STAGE, environment)),
        "agent0": _describe_agent0(environment),
        "todo0": _describe_todo0(url_of(TODO0, environment), url_of(TODO0_MCP, environment)),
        "idp": _describe_idp(url_of(IDP, environment)) if has_idp else _describe_foreign_idp(environment),
        "clients": _list_clients(environment, has_idp=has_idp),
        "people": _list_people() if has_idp else [],
    }


def _place(url: str) -> dict[str, str]:
    return {"url": url, "health_url": f"{url}/health"}


def _describe_agent0(environment: dict[str, str]) -> dict[str, str]:
    url = url_of(AGENT0, environment)
    return {**_place(url), "chat_url": f"{url}/chat", "redirect_uri": f"{url}/signin/callback"}


def _describe_todo0(url: str, mcp_url: str) -> dict[str, object]:
    metadata_url = f"{url}/.well-known/oauth-authorization-server"
    resource_url = f"{url}/.well-known/oauth-protected-resource/api"
    return {
        **_place(url),
        "todos_url": f"{url}/todos",
        "redirect_uri": f"{url}/signin/callback",
        "metadata_url": metadata_url,
        **_endpoints(metadata_url),
        "api_url": f"{url}/api",
        "resource": f"{url}/api",
        "resource_metadata_url": resource_url,
        "mcp": {
            **_place(mcp_url),
            "resource": f"{mcp_url}/mcp",
            "resource_metadata_url": f"{mcp_url}/.well-known/oauth-protected-resource/mcp",
        },
    }


def _describe_idp(url: str) -> dict[str, object]:
    enterprises = {
        name: {
            "metadata_url": f"{url}/{name}/.well-known/openid-configuration",
            **_endpoints(f"{url}/{name}/.well-known/openid-configuration"),
        }
        for name in ENTERPRISES
    }
    return {**_place(url), **enterprises["acme"], "admin_url": f"{url}/acme/admin", "enterprises": enterprises}


def _describe_foreign_idp(environment: dict[str, str]) -> dict[str, object]:
    issuer = environment["AGENT0_IDP_ISSUER"]
    return {"url": issuer, "issuer": issuer, "metadata_url": f"{issuer}/.well-known/openid-configuration"}


def _list_clients(environment: dict[str, str], *, has_idp: bool) -> list[dict[str, str | None]]:
    from stage.kit.registrations import REGISTRATIONS

    issuers = {name: f"{url_of(IDP, environment)}/{name}" for name in ENTERPRISES}
    issuers["todo0"] = url_of(TODO0, environment)
    return [
        {
            "owner": client.owner,
            "place": client.place,
            "issuer": issuers[client.place],
            "client_id": client.client_id,
            **_describe_credentials(client, environment),
        }
        for client in REGISTRATIONS
        if has_idp or client.place == "todo0"
    ]


def _describe_credentials(client: "Registration", environment: dict[str, str]) -> dict[str, str | None]:
    """Agent0 may sign instead; then there is no secret to tell, and its key is its own."""
    if client.owner == "agent0" and signs(environment):
        return {"token_endpoint_auth_method": "private_key_jwt", "client_secret": None}
    secret = load_any_secret(client.secret_variable)
    return {"token_endpoint_auth_method": "client_secret_basic", "client_secret": secret}


def _list_people() -> list[dict[str, object]]:
    from stage.kit.people import PEOPLE

    return [asdict(person) for person in PEOPLE]


def _endpoints(metadata_url: str) -> dict[str, object]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(metadata_url, timeout=10) as answer:
        document = json.load(answer)
    return {name: value for name, value in document.items() if name.endswith("_endpoint") or name in KEPT}
