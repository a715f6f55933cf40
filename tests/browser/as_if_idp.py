"""The IdP where there is nothing yet, or nothing left, or too much of it."""

from tests.browser.as_if import State

BEFORE = """
from datetime import timedelta
from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.signin.events import APP_LOGOUT
from idp_mock.systemlog.models import EVENT_ID_JAG, Event
acme = Enterprise.objects.get(slug="acme")
agent0, todo0 = acme.apps.get(name="Agent0"), acme.apps.get(name="Todo0")
def come(person):
    browser.post(f"/{person.enterprise.slug}/login", {"persona": person.sub})
def found_initech(**ada):
    initech = Enterprise.objects.create(slug="initech", name="Initech")
    keystore.create_keys(initech, now=clock.now())
    person = {"sub": "ada", "login": "ada@initech.example", "name": "Ada Ames"} | ada
    come(Person.objects.create(enterprise=initech, **person))
    return initech
def come_as_carol():
    come(Person.objects.get(enterprise=acme, is_admin=True))
def show_whom_agent0_acted_for(told=""):
    # Alice's page, with an ID-JAG that is out; told: how Todo0 took the news that her session is over.
    come_as_carol()
    alice, now = Person.objects.get(enterprise=acme, name='Alice Anders'), clock.now()
    about = {"enterprise": acme, "person_sub": alice.sub, "at": now}
    pair = {"requesting_app_name": "Agent0", "resource_app_name": "Todo0", "audience": todo0.resource_app.issuer}
    until = now + timedelta(minutes=5)
    Event.objects.create(**about, **pair, event_type=EVENT_ID_JAG, outcome="allowed", expires_at=until)
    if told:
        client = {"requesting_client_id": todo0.client_id, "outcome": told, "reason": "it answered 503"}
        Event.objects.create(**about, **client, event_type=APP_LOGOUT)
    return browser.get(f"/acme/admin/people/{alice.pk}")
"""
STATES = (
    State(
        "nobody is seeded",
        "Nobody is seeded yet.",
        "Enterprise.objects.all().delete()\nanswer = browser.get('/')",
    ),
    State(
        "too many wrong passwords",
        "Too many attempts with this login",
        "guess = {'login': 'x@acme.example', 'password': 'x'}\n"
        "for _ in range(11): answer = browser.post('/acme/login', guess)",
    ),
    State("no app of hers", "No app is assigned to you.", "found_initech()\nanswer = browser.get('/initech/')"),
    State(
        "nobody is an administrator",
        "nobody at the moment",
        "found_initech()\nanswer = browser.get('/initech/admin/')",
    ),
    State(
        "an enterprise without apps",
        "No two apps are connected",
        "found_initech(is_admin=True)\nanswer = browser.get('/initech/admin/')",
    ),
    State(
        "a policy without apps",
        "No app is registered as a requesting app.",
        "found_initech(is_admin=True)\nanswer = browser.get('/initech/admin/policy')",
    ),
    State(
        "a policy without a resource app",
        "No app is registered as a resource app",
        "initech = found_initech(is_admin=True)\n"
        "App.objects.create(enterprise=initech, client_id='x', name='X', is_requesting_app=True)\n"
        "answer = browser.get('/initech/admin/policy')",
    ),
    *(
        State(
            f"an app that is nobody's, {tab}",
            shows,
            "app = App.objects.create(enterprise=found_initech(is_admin=True), client_id='x', name='X',"
            " is_requesting_app=True, may_skip_pkce=True, redirect_uris=[])\n"
            f"answer = browser.get(f'/initech/admin/apps/{{app.pk}}/{tab}')",
        )
        for tab, shows in (
            ("sign-on", "none: nobody signs in to it by OpenID Connect"),
            ("assignments", "No group is assigned to it"),
            ("connections", "X may act nowhere."),
        )
    ),
    State(
        "an app that knows people by names of its own",
        "names of its own (",
        "app = App.objects.create(enterprise=found_initech(is_admin=True), client_id='x', name='X',"
        " subject_type='pairwise', redirect_uris=['https://x.example/callback'])\n"
        "answer = browser.get(f'/initech/admin/apps/{app.pk}/sign-on')",
    ),
    State(
        "a resource app where nobody may act",
        "No app may act at",
        "come_as_carol()\ntodo0.resource_app.connections.all().delete()\n"
        "answer = browser.get(f'/acme/admin/apps/{todo0.pk}/connections')",
    ),
    State(
        "a connection that was just made",
        "For nobody: no group chosen",
        "come_as_carol()\ntodo0.resource_app.connections.all().delete()\n"
        "App.objects.filter(pk=todo0.pk).update(is_requesting_app=True)\n"
        "browser.post(f'/acme/admin/policy/connect/{agent0.pk}/{todo0.resource_app.pk}')\n"
        "answer = browser.get('/acme/admin/policy')",
    ),
    State(
        "a connection that is off, and all is stopped",
        "nobody: all cross app access is stopped",
        "come_as_carol()\none = todo0.resource_app.connections.get(requesting_app=agent0)\n"
        "browser.post('/acme/admin/policy/stop', {'to': 'stopped'})\n"
        "browser.post(f'/acme/admin/policy/{one.pk}/switch', {'to': 'off', 'version': one.version})\n"
        "answer = browser.get(f'/acme/admin/policy/{one.pk}')",
    ),
    State(
        "keys that were never fetched",
        "No app has fetched these keys yet.",
        "initech = found_initech(is_admin=True)\nkeystore.rotate(initech, now=clock.now())\n"
        "answer = browser.get('/initech/admin/keys')",
    ),
    State(
        "keys that are old enough",
        "The announced keys are older than any copy may be",
        "initech = found_initech(is_admin=True)\nkeystore.rotate(initech, now=clock.now())\n"
        "long = clock.now() - timedelta(days=99)\n"
        "SigningKeyRecord.objects.filter(enterprise=initech).update(created_at=long)\n"
        "SigningKeyRecord.objects.filter(enterprise=initech, status='retiring').update(retiring_at=long)\n"
        "answer = browser.get('/initech/admin/keys')",
    ),
    State(
        "keys that may be retired",
        "may be retired",
        "initech = found_initech(is_admin=True)\nkeystore.rotate(initech, now=clock.now())\n"
        "long = clock.now() - timedelta(days=99)\n"
        "SigningKeyRecord.objects.filter(enterprise=initech, status='retiring').update(retiring_at=long)\n"
        "answer = browser.get('/initech/admin/')",
    ),
    State(
        "an app that is told when she leaves",
        "is told when Alice Anders signs out here or is suspended",
        "answer = show_whom_agent0_acted_for()",
    ),
    State(
        "an app that could not be told that she left",
        "Todo0 could not be told that the session is over (it answered 503)",
        "answer = show_whom_agent0_acted_for(told='denied')",
    ),
    State(
        "an app that has no address to be told at",
        "Todo0 has no address to be told at",
        "App.objects.filter(pk=todo0.pk).update(backchannel_logout_uri='')\nanswer = show_whom_agent0_acted_for()",
    ),
)
