"""The two ways to the resource app: its REST API, or its MCP server. Two resources of one authorization server.

In the flow a sign-in starts on the way that the settings name, its person may choose the other, and a Run keeps
the way it started on. The token for one is refused by the other, so the way decides what is asked of the IdP.

Deliberately does not: try the one when the other fails. A refusal would then only be half of the story.
"""

from django.conf import settings
from django.db import models


class Way(models.TextChoices):
    REST = "rest", "REST API"
    MCP = "mcp", "MCP server"


def resource_of(way: str) -> str:
    """The resource identifier that a token for this way is for (RFC 8707 §2), and the address it lies below."""
    return settings.MCP_RESOURCE if way == Way.MCP else settings.RESOURCE
