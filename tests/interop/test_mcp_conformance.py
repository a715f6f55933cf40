"""The MCP conformance suite: it drives Agent0 through Enterprise-Managed Authorization, and tests both code flows.

As a client's judge it brings an IdP, an authorization server and an MCP server of its own, and looks at what
Agent0 sends them. As an authorization server's judge it is a client of ours, registered for this run, whose person
signs in.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stage.autopilot.page import Page
from stage.door.interop import find_node
from tests.cast import ALICE
from tests.flow.demo import MANAGE, Demo, free_ports
from tests.flow.lab import ask_operator
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire
from tests.interop.peers import Peers

SCENARIO = "auth/enterprise-managed-authorization"
SECRET = "conformance-suite-secret-for-this-run-only-0123456789"
CLIENT_ID = "conformance-suite"
PASSES = {"SUCCESS", "INFO", "SKIPPED"}
REGISTER_AT_TODO0 = """
import json, sys
from todo0.authserver.dot import Application
asked = json.load(sys.stdin)
Application.objects.update_or_create(client_id=asked["client_id"], defaults={
    "name": "Conformance suite", "client_type": Application.CLIENT_CONFIDENTIAL, "client_secret": asked["secret"],
    "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE, "redirect_uris": asked["redirect_uri"]})
print("{}")
"""
REGISTER_AT_ACME = """
import json, sys
from idp_mock.directory.models import App, Enterprise
asked, acme = json.load(sys.stdin), Enterprise.objects.get(slug="acme")
app, _ = App.objects.get_or_create(enterprise=acme, client_id=asked["client_id"])
app.name, app.redirect_uris = "Conformance suite", [asked["redirect_uri"]]
app.set_secret(asked["secret"])
app.save()
app.assigned_groups.set(acme.groups.filter(slug="everybody"))
print("{}")
"""


def suite(peers: Peers, *arguments: str) -> list[str]:
    program = (
        peers.folder / "node" / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    )
    return [str(find_node(peers.folder)), str(program), *arguments]


def read_checks(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.rglob("checks.json")]
    return [check for checks in found for check in checks]


def find_failed(checks: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [
        (one["id"], one["status"], one.get("errorMessage") or one["description"])
        for one in checks
        if one["status"] not in PASSES
    ]


def test_agent0_passes_enterprise_managed_authorization_whole(peers: Peers, tmp_path: Path) -> None:
    agent0 = f"{sys.executable} {MANAGE} agent0 mcp_conformance"
    environment = {**os.environ, "DEMO_VAR": str(tmp_path / "var"), "XAA_ALLOW_PRIVATE_ADDRESSES": "1"}
    done = subprocess.run(
        suite(
            peers, "client", "--command", agent0, "--scenario", SCENARIO, "--output-dir", str(tmp_path / "results")
        ),
        cwd=tmp_path,
        env=environment | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    checks = read_checks(tmp_path / "results")
    assert find_failed(checks) == [], done.stdout[-3000:]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    passed = {one["id"] for one in checks if one["status"] == "SUCCESS"}
    assert passed >= {
        "prm-pathbased-requested",
        "authorization-server-metadata",
        "complete-flow-token-exchange",
        "complete-flow-jwt-bearer",
        "valid-bearer-token",
    }


@contextlib.contextmanager
def judging(peers: Peers, folder: Path, issuer: str, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    """The suite as a client of ``issuer``, waiting for somebody to sign in; at the end it has ended."""
    client = ["--client-id", CLIENT_ID, "--client-secret", SECRET, "--port", str(port)]
    process = subprocess.Popen(
        suite(peers, "authorization", "--url", issuer, *client, "--output-dir", str(folder), *more),
        cwd=folder,
        env=peers.environment | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    limit = threading.Timer(90, process.kill)
    limit.start()
    try:
        yield process
    finally:
        limit.cancel()
        process.kill()
        process.wait()


def read_address(process: subprocess.Popen[str]) -> str:
    """The authorization request, which the suite prints for a person to open."""
    said = []
    for line in process.stdout or ():
        said.append(line)
        if found := re.search(r"https?://\S+[?&]response_type=code\S*", line):
            return found[0]
    raise AssertionError("the suite printed no address:\n" + "".join(said))


def register(demo: Demo, party: str, program: str) -> int:
    """The suite as a client there; the port of its callback."""
    port = free_ports(1)[0]
    redirect_uri = f"http://127.0.0.1:{port}/callback"
    ask_operator(
        demo, party, program, given={"client_id": CLIENT_ID, "secret": SECRET, "redirect_uri": redirect_uri}
    )
    return port


def see_passed(process: subprocess.Popen[str], page: Page, folder: Path) -> None:
    assert "You can close this page" in page.text, page.text
    said = process.stdout.read()
    assert process.wait(30) == 0, said
    checks = read_checks(folder)
    assert find_failed(checks) == [], said
    assert {"authorization-server-metadata", "authorization-code-grant"} <= {
        one["id"] for one in checks if one["status"] == "SUCCESS"
    }


def test_todo0_passes_as_an_authorization_server(peers: Peers, wire: Wire, demo: Demo, tmp_path: Path) -> None:
    facts = demo.facts["todo0"]
    port = register(demo, "todo0", REGISTER_AT_TODO0)
    with judging(peers, tmp_path, facts["issuer"], port, "--resource", facts["mcp"]["resource"]) as process:
        visitor = wire.visitor()
        page = visitor.open(f"{read_address(process)}&scope=todos.read")
        page = sign_in(visitor, page, demo)
        page = visitor.submit(page, page.form(having="allow"), press="allow")
        see_passed(process, page, tmp_path)


def sign_in(visitor: Visitor, page: Page, demo: Demo) -> Page:
    page = visitor.click(page, "Sign in with Acme")
    return visitor.sign_in_at_idp(page, ALICE) if page.url.startswith(demo.url("idp")) else page


def test_the_idp_passes_as_an_authorization_server(peers: Peers, wire: Wire, demo: Demo, tmp_path: Path) -> None:
    """The suite asks for no scope, which an OpenID Provider refuses; the person's address bar adds it."""
    port = register(demo, "idp_mock", REGISTER_AT_ACME)
    with judging(peers, tmp_path, wire.idp()["issuer"], port) as process:
        visitor = wire.visitor()
        page = visitor.open(f"{read_address(process)}&scope=openid")
        see_passed(process, visitor.sign_in_at_idp(page, ALICE), tmp_path)
