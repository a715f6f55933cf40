"""Todo0's console where there is nothing yet, where a form is refused, and where a rule is not the usual one."""

from tests.browser.as_if import State

BEFORE = """
from datetime import timedelta
from django.utils import timezone
from todo0.assertions.models import Redemption
from todo0.authserver.dot import AccessToken, Application
from todo0.authserver.models import AccessTokenOrigin
from todo0.federation.models import Connection, Membership, Organization
from todo0.federation.tenant import load_tenant
from todo0.resources.models import Api
from todo0.todos.models import TodoChange
from xaa.jwt_bearer.models import CrossAppClient
from xaa.signin.callback import CONNECTION_KEY
from xaa.signin.models import FederatedIdentity
from stage.kit import people
acme = Connection.objects.get(slug="acme")
def come(person, connection):
    browser.force_login(FederatedIdentity.objects.get(subject=person.sub, issuer__endswith=person.enterprise).user)
    session = browser.session
    session[CONNECTION_KEY] = connection
    session.save()
    return browser.session
def let_in(app, minutes, **origin):
    alice = FederatedIdentity.objects.get(subject=people.ALICE.sub, issuer=acme.issuer).user
    kept = {"user": alice, "application": Application.objects.filter(name=app).first(), "scope": "todos.read"}
    ends = timezone.now() + timedelta(minutes=minutes)
    token = AccessToken.objects.create(**kept, token=f"{app} {minutes} {origin}", expires=ends)
    if origin:
        AccessTokenOrigin.objects.create(access_token=token, subject=people.ALICE.sub, id_jag_jti="x", **origin)
evil0 = CrossAppClient.objects.filter(application__name="Evil0").earliest("pk")
def send(path, **changed):
    form = browser.get(path).context["form"]
    fields = {name: form[name].value() for name in form.fields}
    return browser.post(path, {name: value for name, value in (fields | changed).items() if value is not None})
come(people.TOVE, "todo0-inc")
"""
ORGANIZATION = "f'/admin/connections/{acme.pk}/organizations/{Organization.objects.get(connection=acme).pk}'"
STATES = (
    State(
        "no redemption yet, for a preset",
        "No redemption yet: no app has come with an ID-JAG",
        "Redemption.objects.all().delete()\nanswer = browser.get('/admin/server?preset=strict')",
    ),
    State(
        "no redemption like this",
        "No redemption like this: no app has come",
        "Redemption.objects.all().delete()\nanswer = browser.get('/admin/assertions')",
    ),
    State(
        "apps that were told to wait",
        "told to wait",
        "limit = {'event': 'api_limit', 'client_id': 'agent0-at-todo0', 'reason': 'Five a second.'}\n"
        "Redemption.objects.create(at=timezone.now(), **limit)\n"
        "Redemption.objects.create(at=timezone.now(), facts={'used': {'agent0-at-todo0': 5}}, **limit)\n"
        "answer = browser.get('/admin/assertions')",
    ),
    State(
        "an assertion that nobody vouched for",
        "nobody vouched for it",
        "check = {'number': 'R4', 'title': 'Issuer', 'outcome': 'failed', 'note': 'nobody we trust'}\n"
        "Redemption.objects.create(at=timezone.now(), event='jwt_bearer_exchange_failed', client_id='x',"
        " refused_by='R4', error='invalid_grant', checks=[check])\n"
        "answer = browser.get('/admin/assertions')",
    ),
    State(
        "no member yet",
        "Nobody is a member yet.",
        f"Membership.objects.all().delete()\nanswer = browser.get({ORGANIZATION})",
    ),
    State(
        "an organization that is not saved",
        "Not saved. The field marked below needs another look.",
        f"answer = send({ORGANIZATION}, name='')",
    ),
    State(
        "no organization yet",
        "No organization yet.",
        "acme.organizations.all().delete()\nanswer = browser.get(f'/admin/connections/{acme.pk}/organizations')",
    ),
    State(
        "one organization more, which is not added",
        "Not added. The field marked below needs another look.",
        "Connection.objects.filter(pk=acme.pk).update(several_organizations=True)\n"
        "answer = browser.post(f'/admin/connections/{acme.pk}/organizations', {'name': ''})",
    ),
    State(
        "rules that are not saved",
        "Not saved. What you typed is still below; the fields marked in it need another look.",
        "answer = send('/admin/server', id_jag_limit='\\0' * 50)",
    ),
    State(
        "the default audience, open to nobody",
        "so it stays in use until another one is.",
        "api = Api.objects.order_by('pk').first()\nacme.apis.clear()\n"
        "for one in Connection.objects.all(): one.apis.clear()\n"
        "answer = browser.get(f'/admin/apis/{api.pk}')",
    ),
    State(
        "an assertion tried for a client that is off",
        "in earnest check R1 would refuse it first",
        "CrossAppClient.objects.update(enabled=False)\n"
        "fields = {'assertion': 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V2aWwwLmV4YW1wbGUifQ.c2ln',"
        " 'client': evil0.pk}\nanswer = browser.post('/admin/assertions/bench', fields)",
    ),
    State(
        "a client that changes its secret",
        "The former secret works until",
        "address = f'/admin/clients/{evil0.pk}'\n"
        "form = browser.get(address).context['rotate']\n"
        "browser.post(f'{address}/secret', {'version': form['version'].value(), 'overlap': 3600})\n"
        "answer = browser.get(address)",
    ),
    State(
        "a secret without another beside it",
        "No other secret works.",
        "address = f'/admin/clients/{evil0.pk}'\n"
        "form = browser.get(address).context['rotate']\n"
        "answer = browser.post(f'{address}/secret', {'version': form['version'].value(), 'overlap': 0})",
    ),
    State(
        "a client that signs",
        "It signs with its keys, so a secret opens nothing.",
        "CrossAppClient.objects.filter(pk=evil0.pk).update(jwks={'keys': [{}]})\n"
        "answer = browser.get(f'/admin/clients/{evil0.pk}')",
    ),
    State(
        "clients with keys, and those with documents shut out",
        "say so, which today they do not.",
        "tenant = load_tenant()\ntenant.url_clients = False\ntenant.save()\n"
        "CrossAppClient.objects.filter(pk=evil0.pk).update(jwks={'keys': [{}]})\n"
        "answer = browser.get('/admin/clients')",
    ),
    State(
        "the staff's own connection",
        "so its sign-in stays on.",
        "answer = browser.get(f\"/admin/connections/{Connection.objects.get(slug='todo0-inc').pk}\")",
    ),
    State(
        "a connection that is off",
        "Invite its administrator",
        "Connection.objects.filter(pk=acme.pk).update(active=False)\n"
        "answer = browser.get(f'/admin/connections/{acme.pk}')",
    ),
    State(
        "staff without the right",
        "Whoever runs this Todo0: an administrator's subject is in",
        "FederatedIdentity.objects.get(subject=people.TOVE.sub).user.__class__.objects.update(is_staff=False)\n"
        "session = browser.session\nsession['staff_sign_in'] = {'sub': people.TOVE.sub}\nsession.save()\n"
        "answer = browser.get('/admin/')",
    ),
    State(
        "an app that has only read",
        "They changed nothing. They may have read your todos.",
        "come(people.ALICE, 'acme')\nTodoChange.objects.all().delete()\nlet_in('Agent0', 4, issuer=acme.issuer)\n"
        "answer = browser.get('/settings/connected')",
    ),
    State(
        "an app whose tokens have expired",
        "No access token works now.",
        "come(people.ALICE, 'acme')\nAccessToken.objects.all().delete()\nlet_in('Agent0', 4, issuer=acme.issuer)\n"
        "one = AccessToken.objects.get()\n"
        "TodoChange.objects.create(actor=one.user, client=one.application, client_name='Agent0', title='x',"
        " action='created', at=timezone.now())\n"
        "AccessToken.objects.all().delete()\nanswer = browser.get('/settings/connected')",
    ),
    State(
        "tokens on no connection's word",
        "on your own word, given here",
        "come(people.ALICE, 'acme')\nlet_in('Agent0', 5)\nlet_in('Agent0', 4, issuer='https://gone.example')\n"
        "answer = browser.get('/settings/connected')",
    ),
)
