"""``manage.py agent0 mcp_conformance URL``: Agent0's MCP way alone, for the MCP conformance suite to drive.

In the flow it is the whole of it without a person: a 401 leads to the authorization server, the ID Token that the
suite hands over becomes an ID-JAG at its IdP, that an access token, and with it one tool is called. What the suite
knows stands in ``MCP_CONFORMANCE_CONTEXT``, as it defines it.

Deliberately does not: ask whether the authorization server is one to trust, or says that it takes ID-JAGs. The
suite gives credentials without saying where they belong, and its server advertises nothing. DEMO ONLY: Agent0
itself goes nowhere that its settings do not name (``agent0/jobs/todo0_mcp.py``).
"""

import json
from functools import partial

from django.core.management.base import BaseCommand, CommandParser

from agent0.jobs.mcp_client import McpToolCaller
from agent0.jobs.todo0_mcp import call_without_token
from stage.kit import env
from xaa.client import (
    CrossAppSession,
    MemoryTokenCache,
    SubjectToken,
    TokenEndpoint,
    discover_token_endpoint,
    fetch_protected_resource,
)
from xaa.signin import conf


class Command(BaseCommand):
    help = "Call the MCP server at URL as the MCP conformance suite wants it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")
        parser.add_argument("--tool", default="test-tool")

    def handle(self, *, url: str, tool: str, **options: object) -> None:
        context = json.loads(env.text("MCP_CONFORMANCE_CONTEXT"))
        session = open_session(url, context)
        post = partial(session.request, "POST", url, resource=url, scope=())
        result = McpToolCaller(url, post).call(tool, {})
        self.stdout.write(f"{tool}: {'an error' if result.is_error else 'answered'}")


def open_session(url: str, context: dict[str, str]) -> CrossAppSession:
    http = conf.outgoing_http()
    guarded = fetch_protected_resource(http, call_without_token(http, url))
    return CrossAppSession(
        http=http,
        idp=TokenEndpoint(context["idp_issuer"], context["idp_token_endpoint"], context["idp_client_id"]),
        resource_as=discover_token_endpoint(
            conf.issuer_directory(),
            guarded.authorization_servers[0],
            client_id=context["client_id"],
            client_secret=context["client_secret"],
        ),
        subject=lambda: SubjectToken.from_id_token(context["idp_id_token"]),
        user="the suite's person",
        cache=MemoryTokenCache(),
    )
