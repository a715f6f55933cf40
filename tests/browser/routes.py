"""Every address that the four places have, from their own URL maps, and which of them are pages for people.

What is no page is listed here with the reason; whatever else a place serves is one, and has to be on the walk
(``every_page``) before anybody may forget it.
"""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.flow.demo import Demo
from tests.flow.lab import ask_operator

PARTIES = {"stage": "stage", "agent0": "agent0", "todo0": "todo0", "idp": "idp_mock"}
LIST_ROUTES = """
import json
from django.urls import get_resolver
def routes(patterns, before=""):
    for one in patterns:
        route = before + str(one.pattern)
        yield from routes(one.url_patterns, route) if hasattr(one, "url_patterns") else [route]
print(json.dumps({"routes": list(routes(get_resolver().url_patterns))}))
"""
PROGRAMS = "for programs, which read JSON, XML or a file"
FORMS = "a form's address: it answers with a redirect to a page"
ONWARD = "leads on to a page at once"
FRAGMENTS = "a piece of a page, which its script fetches"

NOT_PAGES = {
    "stage": {
        "flights": FORMS,
        "recorder/latest": ONWARD,
        "recorder/gate/news": FRAGMENTS,
        "recorder/traces/<slug:trace_id>/live": FRAGMENTS,
        "recorder/traces/<slug:trace_id>/export/<slug:form>": PROGRAMS,
        "preflight/run": FORMS,
        "preflight/mend/<slug:remedy>": FORMS,
        "show/begin": FORMS,
        "show/right/<slug:key>": ONWARD,
        "-/stage/preflight": PROGRAMS,
        "-/evil0/<slug:command>": PROGRAMS,
        "break/clear": FORMS,
        "break/<slug:number>/arm": FORMS,
        "break/<slug:number>/run": FORMS,
        "v1/traces": PROGRAMS,
        "health": PROGRAMS,
        "-/stage/<slug:command>": PROGRAMS,
    },
    "agent0": {
        "signin/backchannel-logout": PROGRAMS,
        "client-metadata.json": PROGRAMS,
        "health": PROGRAMS,
        "-/stage/<slug:command>": PROGRAMS,
        "chat/ask": FORMS,
        "chat/strip": FRAGMENTS,
        "connections/way": FORMS,
        "runs/<uuid:run_id>/card": FRAGMENTS,
        "runs/<uuid:run_id>/events": FRAGMENTS,
        "runs/<uuid:run_id>/go-on": ONWARD,
        "runs/<uuid:run_id>/allow": FORMS,
        "runs/<uuid:run_id>/stop": FORMS,
        "runs/<uuid:run_id>/try-again": FORMS,
    },
    "todo0": {
        ".well-known/oauth-protected-resource/api": PROGRAMS,
        ".well-known/oauth-authorization-server": PROGRAMS,
        "oauth/jwks": PROGRAMS,
        "oauth/token": PROGRAMS,
        "oauth/revoke": PROGRAMS,
        "oauth/introspect": PROGRAMS,
        "api": PROGRAMS,
        "api/todos": PROGRAMS,
        "api/todos/<todo:todo_id>": PROGRAMS,
        "api/todos/<todo:todo_id>/complete": PROGRAMS,
        "api/openapi.json": PROGRAMS,
        "api/<path:elsewhere>": PROGRAMS,
        "signin/backchannel-logout": PROGRAMS,
        "health": PROGRAMS,
        "-/stage/<slug:command>": PROGRAMS,
        "-/stage/rehearse": PROGRAMS,
        "-/stage/rules": PROGRAMS,
        "admin": ONWARD,
        "admin/connections/<int:pk>/sign-in": FORMS,
        "admin/connections/<int:pk>/xaa": FORMS,
        "admin/connections/<int:pk>/secret": FORMS,
        "admin/connections/<int:pk>/try": ONWARD,
        "admin/connections/<int:pk>/undo/<int:change>": FORMS,
        "admin/connections/<int:pk>/organizations/<int:organization>/join": FORMS,
        "admin/connections/<int:pk>/organizations/<int:organization>/leave": FORMS,
        "admin/connections/<int:pk>/organizations/<int:organization>/undo/<int:change>": FORMS,
        "admin/invitations/<int:pk>/revoke": FORMS,
        "setup/begin": FORMS,
        "setup/sign-in/try": ONWARD,
        "admin/clients/<int:pk>/xaa": FORMS,
        "admin/clients/<int:pk>/secret/end": FORMS,
        "admin/clients/<int:pk>/undo/<int:change>": FORMS,
        "admin/apis/<int:pk>/use": FORMS,
        "admin/apis/<int:pk>/undo/<int:change>": FORMS,
        "admin/server/undo/<int:change>": FORMS,
        "todos/rows": FRAGMENTS,
        "todos/<int:todo_id>/complete": FORMS,
        "todos/<int:todo_id>/reopen": FORMS,
        "todos/<int:todo_id>/delete": FORMS,
        "settings/connected/<int:application_id>/revoke": FORMS,
    },
    "idp": {
        "health": PROGRAMS,
        "-/stage/<slug:command>": PROGRAMS,
        ".well-known/oauth-authorization-server/<slug:tenant>": PROGRAMS,
        "<slug:tenant>/.well-known/openid-configuration": PROGRAMS,
        ".well-known/openid-configuration/<slug:tenant>": PROGRAMS,
        "<slug:tenant>/.well-known/oauth-authorization-server": PROGRAMS,
        "<slug:tenant>/oauth2/v1/token": PROGRAMS,
        "<slug:tenant>/oauth2/v1/revoke": PROGRAMS,
        "<slug:tenant>/oauth2/v1/keys": PROGRAMS,
        "<slug:tenant>/oauth2/v1/userinfo": PROGRAMS,
        "<slug:tenant>/token": PROGRAMS,
        "<slug:tenant>/revoke": PROGRAMS,
        "<slug:tenant>/keys": PROGRAMS,
        "<slug:tenant>/userinfo": PROGRAMS,
        "<slug:tenant>/.well-known/todo0-domain-verification": PROGRAMS,
        "<slug:tenant>/saml/metadata": PROGRAMS,
        "<slug:tenant>/admin": ONWARD,
        "<slug:tenant>/admin/policy/stop": FORMS,
        "<slug:tenant>/admin/policy/<int:pk>/switch": FORMS,
        "<slug:tenant>/admin/policy/<int:pk>/reading": FORMS,
        "<slug:tenant>/admin/policy/<int:pk>/restore/<int:change>": FORMS,
        "<slug:tenant>/admin/policy/connect/<int:app>/<int:resource_app>": FORMS,
        "<slug:tenant>/admin/apps/<int:pk>/resource-server/restore/<int:change>": FORMS,
        "<slug:tenant>/admin/people/<int:pk>/status": FORMS,
        "<slug:tenant>/admin/people/<int:pk>/undo/<int:change>": FORMS,
        "<slug:tenant>/admin/keys/announce": FORMS,
        "<slug:tenant>/admin/keys/rotate": FORMS,
        "<slug:tenant>/admin/keys/<int:pk>/retire": FORMS,
        "<slug:tenant>/admin/domain/restore/<int:change>": FORMS,
        "<slug:tenant>/admin/log.csv": PROGRAMS,
        "<slug:tenant>/admin/log.json": PROGRAMS,
    },
}


def load_routes(demo: Demo, party: str) -> list[str]:
    """In the order in which Django tries them."""
    return list(ask_operator(demo, PARTIES[party], LIST_ROUTES)["routes"])


def find_route(routes: list[str], path: str) -> str:
    """The route that answers ``path``; empty when none does, as on the page that says so."""
    return next((route for route in routes if re.fullmatch(_pattern_of(route), path.removeprefix("/"))), "")


def _pattern_of(route: str) -> str:
    parts = re.split(r"<(\w+):\w+>", route)
    kinds = {
        "int": r"\d+",
        "todo": r"\d+",
        "slug": r"[-\w]+",
        "str": r"[^/]+",
        "uuid": r"[-0-9a-f]{36}",
        "path": r".+",
    }
    return "".join(kinds[part] if at % 2 else re.escape(part) for at, part in enumerate(parts))


def address_of(page: Page) -> str:
    """Without numbers, so that two todos are one page."""
    parts = urlsplit(page.url)
    return f"{parts.netloc}{re.sub(r'[0-9a-f-]{8,}|[0-9]+', '0', parts.path)}"
