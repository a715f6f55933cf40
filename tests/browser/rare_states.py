"""States of the demo that nobody can click to, laid down by its operator: registrations, ends of Runs, evidence.

Deliberately does not: make pages. Each is served by the party itself, out of what stands in its database.
"""

import base64
import zlib
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page

from tests.cast import ALICE
from tests.flow.demo import Demo, free_ports
from tests.flow.lab import ask_operator

SAML_APP = "https://agent0.example/saml"
CALLBACK = "https://asks.example/callback"
CHALLENGE = "a" * 43
REGISTER_SAML = """
import json, sys
from idp_mock.directory.models import App
from idp_mock.saml.models import ServiceProvider
entity_id = json.load(sys.stdin)
app = App.objects.get(enterprise__slug="acme", name="Agent0")
ServiceProvider.objects.create(enterprise=app.enterprise, app=app, entity_id=entity_id, acs_url=f"{entity_id}/acs")
print("{}")
"""
FORGET_SAML = """
from idp_mock.saml.models import ServiceProvider
ServiceProvider.objects.all().delete()
print("{}")
"""
LET_ASK = """
import json, sys
from todo0.authserver.dot import Application
Application.objects.filter(name="Evil0").update(redirect_uris=json.load(sys.stdin))
print(json.dumps({"client_id": Application.objects.get(name="Evil0").client_id}))
"""
END_RUNS = """
import json, sys
from django.utils import timezone
from agent0.assistant.outcomes import EXPLANATIONS
from agent0.jobs.models import Run
from agent0.tokens.models import SigninSession
session = SigninSession.objects.filter(user__email=json.load(sys.stdin), ended_at=None).latest("started_at")
ends, now = {(one.next_step, one.badge): code for code, one in EXPLANATIONS.items()}, timezone.now()
said = {"leg": "ask_idp", "error": "invalid_grant", "description": "No.", "status": 400}
made = {"user": session.user, "session": session, "kind": Run.Kind.DELETE_ALL, "state": Run.State.REFUSED}
print(json.dumps({
    code: str(Run.objects.create(**made, outcome={"code": code, **said}, attempts=1, finished_at=now).uuid)
    for code in ends.values()
}))
"""

COMMAND_STAGE = """
import json, sys
from stage.control.commands import COMMANDS
command, body = json.load(sys.stdin)
print(json.dumps(COMMANDS[command](body)))
"""

PUT_FLIGHT = """
import json, sys
from django.utils import timezone
from stage.autopilot.models import Flight
usual = {"trace_id": "0" * 32, "person": "alice", "started_at": timezone.now()}
made = Flight.objects.create(**usual | json.load(sys.stdin))
print(json.dumps({"uuid": str(made.uuid)}))
"""


def command_stage(demo: Demo, command: str, body: dict[str, Any]) -> None:
    """Change the world of the demo; every place takes it, or the walk ends here."""
    told = ask_operator(demo, "stage", COMMAND_STAGE, given=[command, body])
    assert told["refused"] == [], told


HOLD_A_CALL = """
import json, sys, time
import requests
from stage.kit.models import HeldCall
from stage.kit.telemetry.preview import preview
HeldCall.objects.all().delete()
call, form = json.load(sys.stdin)
now = time.time()
if call:
    said = preview(requests.Session(), call["method"], call["url"], data=form)
    HeldCall.objects.create(**call, said=said, since=now, seen_at=now + 3600)
print("{}")
"""


def hold_a_call(demo: Demo, call: dict[str, str] | None = None, form: dict[str, str] | None = None) -> None:
    """One call of Agent0's that waits at the gate, for as long as a walk takes; without one, nobody does."""
    ask_operator(demo, "agent0", HOLD_A_CALL, given=[call, form])


def put_flight(demo: Demo, **of_flight: str) -> str:
    """A flight in that state, for the address of its page."""
    return f"{demo.url('stage')}/flights/{ask_operator(demo, 'stage', PUT_FLIGHT, given=of_flight)['uuid']}"


PUT_PREFLIGHT = """
from django.utils import timezone
from dataclasses import asdict
from stage.preflight.finding import ill, untried, well
from stage.preflight.models import Preflight
from stage.preflight.titles import TITLES
standing = (
    "Everybody answers", "One time everywhere", "Every database can be written",
    "Keys to sign with are there", "Both issuers describe themselves", "Their keys can be fetched",
)
findings = [well(title, "As it should be, and said in about as many words.") for title in standing]
words = "switch the connection on. If nobody knows what was changed, reset the world."
clear, reset = {"remedy": "clear", "advice": "press Fix, which clears them."}, {"remedy": "reset", "advice": words}
findings += [ill(TITLES[0], "Armed: F03.", who="You", **clear), untried(TITLES[1])]
findings += [ill(TITLES[2], "Agent0 says: Blocked by Acme.", who="The IdP's admin", trace_id="0" * 32, **reset)]
findings += [untried(TITLES[3]), untried(TITLES[4])]
rows = [asdict(one) for one in findings]
Preflight.objects.create(started_at=timezone.now(), milliseconds=900, findings=rows)
print("{}")
"""


def put_preflight(demo: Demo) -> None:
    """One that found something broken."""
    ask_operator(demo, "stage", PUT_PREFLIGHT)


def register_saml(demo: Demo) -> None:
    """Agent0 as a service provider at Acme, until ``forget_saml``."""
    ask_operator(demo, "idp_mock", REGISTER_SAML, given=SAML_APP)


def forget_saml(demo: Demo) -> None:
    ask_operator(demo, "idp_mock", FORGET_SAML)


def saml_address(demo: Demo) -> str:
    """Where the browser takes Agent0's request for a sign-in by SAML."""
    address = f"{demo.facts['idp']['issuer']}/saml/sso"
    request = (
        f'<p:AuthnRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" '
        f'Destination="{address}" IssueInstant="2026-01-01T00:00:00Z">'
        f'<a:Issuer xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">{SAML_APP}</a:Issuer></p:AuthnRequest>'
    )
    packed = base64.b64encode(zlib.compress(request.encode())[2:-4]).decode()
    return f"{address}?{urlencode({'SAMLRequest': packed})}"


def consent_address(demo: Demo) -> str:
    """Where an app sends a person whom it asks itself; it has a redirect URI until ``withdraw_consent``."""
    asking = ask_operator(demo, "todo0", LET_ASK, given=CALLBACK)
    asked = {"response_type": "code", "redirect_uri": CALLBACK, "scope": "todos.read", "state": "s"}
    challenge = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return f"{demo.facts['todo0']['authorization_endpoint']}?{urlencode(asking | asked | challenge)}"


def withdraw_consent(demo: Demo) -> None:
    ask_operator(demo, "todo0", LET_ASK, given="")


def end_runs(demo: Demo) -> dict[str, str]:
    """One ended Run of Alice's for each kind of end that looks different: its code, and its id."""
    return ask_operator(demo, "agent0", END_RUNS, given=ALICE.email)


RECORD = """
import json, sys
from tests.stage.evidence import build
for row in json.load(sys.stdin):
    build(row).save()
print("{}")
"""
SWEEP = """
from stage.recorder.models import Record
Record.objects.all().delete()
print("{}")
"""


def record(demo: Demo, rows: list[dict[str, Any]]) -> None:
    """Evidence of a flow that nobody made just now, in the stage's recorder."""
    ask_operator(demo, "stage", RECORD, given=rows)


def sweep_records(demo: Demo) -> None:
    ask_operator(demo, "stage", SWEEP)


RENDER = """
import json, sys
from django.test import Client
path, form = json.load(sys.stdin)
here = Client(SERVER_NAME="localhost")
answer = here.post(path, form) if form else here.get(path)
print(json.dumps({"html": answer.content.decode()}))
"""


def show_without(demo: Demo, page: Page, path: str, **form: str) -> None:
    """A page as a second stage makes it, on the same database, which looks for Todo0 where nobody is."""
    nowhere = f"http://localhost:{free_ports(1)[0]}"
    html = ask_operator(demo, "stage", RENDER, given=[path, form], TODO0_URL=nowhere)["html"]
    page.route(f"{demo.url('stage')}{path}?*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{demo.url('stage')}{path}?without=todo0")
