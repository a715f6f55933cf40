"""Todo0's rows, bent: Dan unknown (F17), Agent0 for reading alone (F24), another secret than Agent0's (F32).

In the flow a redemption reads these rows, so a fault counts from the next one on, as an administrator's change
does. It is saved the way hers are, with before and after, by *the lab*.

Deliberately does not: put back what somebody has changed since. What is as the fault left it goes back.
"""

from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from stage.kit import people
from stage.kit.changes import LAB
from stage.kit.control.wanted import Malformed
from stage.kit.faults import Rows, StateFault
from stage.kit.registrations import AGENT0_AT_TODO0, TODO0_AT_ACME
from todo0.authserver.client_secrets import end_former
from todo0.authserver.clients import CLIENT
from todo0.authserver.dot import Application
from todo0.authserver.models import RetiringSecret
from todo0.console.changes import By, change_row, save_change
from todo0.federation.models import Connection
from todo0.federation.terms import CONNECTION
from xaa.jose import generate_signing_key, public_jwk
from xaa.jwt_bearer.models import CrossAppClient
from xaa.signin.models import FederatedIdentity

READ: Final = "todos.read"


def lab() -> By:
    return By(timezone.now(), called=LAB)


def load_agent0() -> CrossAppClient:
    found = CrossAppClient.objects.filter(application__client_id=AGENT0_AT_TODO0.client_id).first()
    if found is None:
        raise Malformed("Expected Agent0 among Todo0's clients, found no such client.")
    return found


def load_acme() -> Connection:
    found = Connection.objects.filter(slug=TODO0_AT_ACME.place).first()
    if found is None:
        raise Malformed("Expected Todo0 to have a connection to Acme, found none.")
    return found


# F17: nobody of Dan's subject has an account, and none is made.


def dans(acme: Connection) -> Any:
    return FederatedIdentity.objects.filter(issuer=acme.issuer, subject=people.DAN.sub, user__is_active=True)


def find_dan() -> Rows:
    acme = load_acme()
    return {"jit_accounts": acme.jit_accounts, "users": [identity.user_id for identity in dans(acme)]}


def forget_dan(number: str, found: Rows) -> None:
    acme = load_acme()
    save_change(CONNECTION, acme.pk, {"jit_accounts": False}, version=None, by=lab())
    set_active(found["users"], active=False)


def know_dan(found: Rows) -> None:
    acme = load_acme()
    if not acme.jit_accounts:
        save_change(CONNECTION, acme.pk, {"jit_accounts": found["jit_accounts"]}, version=None, by=lab())
    set_active(found["users"], active=True)


def set_active(pks: list[int], *, active: bool) -> None:
    for identity in FederatedIdentity.objects.select_related("user").filter(user__in=pks):
        identity.user.is_active = active
        identity.user.save(update_fields=["is_active"])


# F24: Agent0 may have less here than Acme grants.


def find_scopes() -> Rows:
    return {"allowed_scopes": load_agent0().allowed_scopes.split()}


def allow_reading(number: str, found: Rows) -> None:
    save_change(CLIENT, load_agent0().pk, {"allowed_scopes": [READ]}, version=None, by=lab())


def allow_again(found: Rows) -> None:
    agent0 = load_agent0()
    if agent0.allowed_scopes.split() == [READ]:
        save_change(CLIENT, agent0.pk, found, version=None, by=lab())


# F32: what Agent0 sends or signs with is not what is registered here.


def find_credentials() -> Rows:
    """As they are stored: a salted hash, and public keys."""
    agent0 = load_agent0()
    former = RetiringSecret.objects.filter(application=agent0.application, works_until__gt=timezone.now())
    return {
        "secret": agent0.application.client_secret,
        "jwks": agent0.jwks,
        "former": {str(one.pk): one.works_until.isoformat() for one in former},
    }


def take_others(number: str, found: Rows) -> None:
    """Credentials that nobody has."""
    found["bent"] = make_password(token_urlsafe(32), hasher="sha256_of_random")
    with change_row(CLIENT, load_agent0().pk, version=None, by=lab()) as agent0:
        set_secret(agent0.application, found["bent"])
        end_former(agent0.application, at=timezone.now())
        if agent0.jwks:
            agent0.jwks = {"keys": [public_jwk(generate_signing_key("ES256"))]}
            agent0.save()


def take_back(found: Rows) -> None:
    if load_agent0().application.client_secret != found["bent"]:
        return
    with change_row(CLIENT, load_agent0().pk, version=None, by=lab()) as agent0:
        set_secret(agent0.application, found["secret"])
        for pk, until in found["former"].items():
            RetiringSecret.objects.filter(pk=pk).update(works_until=datetime.fromisoformat(until))
        if agent0.jwks:
            agent0.jwks = found["jwks"]
            agent0.save()


def set_secret(application: Any, stored: str) -> None:
    """Past the toolkit, which would hash the hash as it saves."""
    application.client_secret = stored
    Application.objects.filter(pk=application.pk).update(client_secret=stored)


FAULTS: Final = (
    StateFault("Dan", ("F17",), find_dan, forget_dan, know_dan),
    StateFault("client, scopes", ("F24",), find_scopes, allow_reading, allow_again),
    StateFault("client, credentials", ("F32",), find_credentials, take_others, take_back),
)
