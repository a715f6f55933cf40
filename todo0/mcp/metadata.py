"""The MCP server's protected resource metadata (RFC 9728), and whether it is well.

In the flow: a client that was answered 401 reads here which authorization server to go to, and uses it only when
it was configured for that one (ID-JAG §9.4). The same authorization server as the API's, another resource.

Deliberately does not: come from the MCP SDK, whose URLs gain a trailing slash that no other document of ours has.
No ``offline_access`` either: nobody gets a refresh token here.
"""

from typing import Final

from django.conf import settings
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from stage.kit import health
from todo0.api.metadata import PUBLIC
from todo0.mcp.threads import in_thread
from todo0.resources.apis import scopes_of
from xaa import protocol
from xaa.dpop import ALGORITHMS

METADATA_PATH: Final = f"/.well-known/{protocol.WELL_KNOWN_RESOURCE}/mcp"
METADATA_URL: Final = settings.MCP_RESOURCE.removesuffix("/mcp") + METADATA_PATH


async def protected_resource_metadata(request: Request) -> Response:
    document = {
        "resource": settings.MCP_RESOURCE,
        "authorization_servers": [settings.JWT_BEARER_ISSUER],
        "scopes_supported": await in_thread(scopes_of, settings.MCP_RESOURCE),
        protocol.META_DETAILS_TYPES: sorted(settings.JWT_BEARER_DETAILS_TYPES),
        "bearer_methods_supported": ["header"],
        protocol.META_DPOP_ALGORITHMS: list(ALGORITHMS),
        "resource_name": "Todo0 MCP server",
    }
    return JSONResponse(document, headers=PUBLIC)


async def healthy(request: Request) -> Response:
    if not await in_thread(health.has_database):
        return PlainTextResponse("database unavailable", 503)
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})
