"""The stage with another IdP than its own, with flows that part nowhere or that no check stopped."""

from tests.browser.as_if import State

BEFORE = """
from django.test import RequestFactory
from django.utils import timezone
from django.views.defaults import permission_denied, server_error
from stage.autopilot.models import Flight
from stage.kit.registry.faults import load_faults
from stage.preflight.models import Preflight
from stage.recorder.models import Record
from tests.browser.every_page_of_the_recorder import deny
from tests.stage.evidence import ACT, build, lay_down, load
Record.objects.all().delete()
def land(**of_flight):
    usual = {"trace_id": ACT, "person": "alice", "started_at": timezone.now(), "state": "landed", "badge": "done"}
    return Flight.objects.create(**usual | of_flight).uuid
"""
OKTA = {"AGENT0_IDP_ISSUER": "https://acme.okta.example", "AGENT0_IDP_NAME": "Okta"}
DENIED = "for row in deny(load('rest')): build(row).save()\n"
STATES = (
    State(
        "nobody may",
        "This page is not for this account",
        "answer = permission_denied(browser.get('/').wsgi_request, None)",
    ),
    State(
        "something broke",
        "Nothing you entered caused this",
        "answer = server_error(browser.get('/').wsgi_request)",
    ),
    State(
        "no check objected, as was said",
        "No check objected.",
        "lay_down('rest')\nsaid = load_faults()['F03'].answer\n"
        "answer = browser.get(f'/break/F03?run={land()}&said={said}')",
    ),
    State(
        "a flow beside itself",
        "The two are the same, hop by hop",
        "lay_down('rest')\nanswer = browser.get(f'/recorder/compare?left={ACT}&right={ACT}')",
    ),
    State(
        "what the server knows and the wire does not say",
        "In its log alone: whoever forges a token",
        f"{DENIED}answer = browser.get(f'/recorder/traces/{{ACT}}?hop=11&tab=sides')",
    ),
    State(
        "after a reset that Todo0 missed",
        "But not at Todo0: no answer.",
        "browser.cookies['stage_toast'] = 'reset-1.2-todo0'\nanswer = browser.get('/')",
    ),
    State(
        "after a reset was undone",
        "The world is as it was before the reset.",
        "browser.cookies['stage_toast'] = 'undone-0.8'\nanswer = browser.get('/')",
    ),
    State(
        "code with the library",
        "The library of this project, made to be lifted",
        "lay_down('rest')\nanswer = browser.get(f'/recorder/traces/{ACT}?hop=9&tab=code&in=xaa')",
    ),
    State(
        "how it works, once a flow is recorded",
        "Who said what to whom",
        "lay_down('rest')\nland()\nanswer = browser.get('/how-it-works')",
    ),
    State(
        "the launchpad with another IdP",
        "not of this demo: not asked",
        "answer = browser.get('/')",
        OKTA,
    ),
    State("a pre-flight with another IdP", "so it cannot be run.", "answer = browser.get('/preflight')", OKTA),
    State(
        "how it works with another IdP",
        "in the place of a small one of our own.",
        "answer = browser.get('/how-it-works')",
        OKTA,
    ),
)
