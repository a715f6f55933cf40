"""The setup by an enterprise's own admin where it ends otherwise than it should: expired, withdrawn, in vain."""

from tests.browser.as_if import State

BEFORE = """
import re
from datetime import timedelta
from django.utils import timezone
from stage.kit import addresses, people
from todo0.federation.models import Connection
from todo0.self_service.models import Invitation
from xaa.signin.callback import CONNECTION_KEY
from xaa.signin.models import FederatedIdentity
browser.force_login(FederatedIdentity.objects.get(subject=people.TOVE.sub).user)
session = browser.session
session[CONNECTION_KEY] = "todo0-inc"
session.save()
Connection.objects.filter(slug="globex").delete()
Invitation.objects.all().delete()
invited = {"name": "Globex", "slug": "globex", "domains": "globex.example", "lifetime": "7"}
told = browser.post("/admin/invitations/add", invited).content.decode()
link = re.search(r"/setup/link/([\\w-]+)", told)[1]
globex = Invitation.objects.get()
def begin(**changed):
    browser.post("/setup/begin", {"link": link})
    Invitation.objects.filter(pk=globex.pk).update(**changed)
def register():
    begin()
    browser.post("/setup/idp", {"issuer": f"{addresses.IDP_URL}/globex"})
    browser.post("/setup/registration", {"client_id": "todo0-at-globex", "client_secret": "s" * 40})
def try_in_vain():
    register()
    globex.domains.update(proved_at=timezone.now())
    sent = browser.get(browser.get("/setup/sign-in/try")["Location"])
    state = re.search(r"state=([\\w-]+)", sent.get("Location", "") + sent.content.decode())[1]
    back = browser.get("/signin/callback", {"error": "access_denied", "state": state})
    return browser.get(back["Location"]) if back.status_code in (302, 303) else back
"""
STATES = (
    State(
        "an invitation that is open",
        "Nothing that was entered counts",
        "answer = browser.get(f'/admin/invitations/{globex.pk}')",
    ),
    State(
        "a link without Cross App Access",
        "off, until Todo0 switches it on",
        "answer = browser.get(f'/setup/link/{link}')",
    ),
    State(
        "step 1, entered before",
        "With another issuer you register Todo0 anew",
        "register()\nanswer = browser.get('/setup/idp')",
    ),
    State(
        "step 2, without Cross App Access",
        "Todo0 has it off for you at first",
        "register()\nanswer = browser.get('/setup/registration')",
    ),
    State("step 3, not asked yet", "not proved yet", "register()\nanswer = browser.get('/setup/domain')"),
    State("step 4, in vain", "You, most likely: hold what you entered", "answer = try_in_vain()"),
    State(
        "step 5, too early",
        "Not switched on.",
        "register()\nglobex.domains.update(proved_at=timezone.now())\nglobex.refresh_from_db()\n"
        "globex.tried_by, globex.tried_with = 'x@globex.example', globex.fingerprint()\nglobex.save()\n"
        "Connection.objects.filter(slug='acme').update(issuer=globex.issuer)\n"
        "answer = browser.post('/setup/activation')",
    ),
    State(
        "too late",
        "The time for this setup is over",
        "begin(expires_at=timezone.now())\nanswer = browser.get(f'/setup/link/{link}')",
    ),
    State(
        "withdrawn",
        "This setup was withdrawn",
        "begin(revoked_at=timezone.now())\nanswer = browser.get(f'/setup/link/{link}')",
    ),
    State(
        "too many wrong links",
        "Too many wrong links",
        "for at in range(40):\n    answer = browser.get(f'/setup/link/wrong-{at}')\n"
        "    if answer.status_code == 429: break",
    ),
    State(
        "a link that is used up",
        "This link is used up",
        "begin(finished_at=timezone.now())\nbrowser.cookies.clear()\nanswer = browser.get(f'/setup/link/{link}')",
    ),
    State(
        "set up, and off since",
        "Todo0 has switched it off since",
        "begin(finished_at=timezone.now(), connection=Connection.objects.get(slug='acme'))\n"
        "Connection.objects.filter(slug='acme').update(active=False)\nanswer = browser.get('/setup/done')",
    ),
)
