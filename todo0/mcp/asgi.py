"""The MCP server as an ASGI application: ``todo0.mcp.asgi:application``, a process beside Todo0's own.

In the flow: streamable HTTP without sessions. The SDK speaks the protocol behind the gate; it also refuses a
``Host`` that is not ours and every ``Origin``, so that no page in a browser reaches it through a name of its own
(DNS rebinding). Agents are no browsers, and none of them sends one.

Deliberately does not: serve anything else of Todo0. It shares the code and the database of its house, no memory.
"""

import logging
import os
from typing import Final
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todo0.settings")
django.setup()

from django.conf import settings  # noqa: E402
from mcp.server.streamable_http_manager import (  # noqa: E402
    RequestBodyLimitMiddleware,
    StreamableHTTPSessionManager,
)
from mcp.server.transport_security import TransportSecuritySettings  # noqa: E402
from starlette.applications import Starlette  # noqa: E402
from starlette.routing import Route  # noqa: E402

from stage.kit import telemetry  # noqa: E402
from todo0.mcp.gate import Gate  # noqa: E402
from todo0.mcp.metadata import METADATA_PATH, healthy, protected_resource_metadata  # noqa: E402
from todo0.mcp.server import SERVER  # noqa: E402

MAX_BYTES: Final = 64 * 1024
logging.getLogger("mcp").setLevel(logging.WARNING)  # it tells of every request that its session has ended


def build() -> Starlette:
    """A new one each time, since its sessions' manager can be started once."""
    manager = StreamableHTTPSessionManager(
        SERVER,
        json_response=True,
        stateless=True,
        security_settings=TransportSecuritySettings(allowed_hosts=[urlsplit(settings.MCP_RESOURCE).netloc]),
        max_request_body_size=MAX_BYTES,
    )
    guarded = RequestBodyLimitMiddleware(Gate(manager.handle_request), MAX_BYTES)
    routes = [
        Route("/mcp", guarded),
        Route(METADATA_PATH, protected_resource_metadata),
        Route("/health", healthy),
    ]
    built = Starlette(routes=routes, lifespan=lambda app: manager.run())
    built.router.redirect_slashes = False  # a resource has one spelling
    return built


telemetry.start("web", "todo0_mcp")
application = telemetry.record_asgi(build())
