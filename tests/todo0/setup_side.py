"""An invitation and the browser of the admin who uses it; her IdP and her web server at the far side."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.http import HttpResponse
from django.test import Client

from tests import builders
from tests.todo0.agent0_side import id_jag, post_form, secret_of
from tests.todo0.console_side import submit, text_of
from todo0.federation import discovery
from todo0.self_service import domain_proof
from todo0.self_service.models import Invitation
from xaa import jose, protocol
from xaa.jwt_bearer import trust

INITECH = "http://localhost:9100/initech"
SECRET = "what-initech-gave-todo0-0123456789abcdef"
PROOF = "https://initech.example/.well-known/todo0-domain-verification"
INVITED = {"name": "Initech", "slug": "initech", "domains": "initech.example", "lifetime": "7"}


def invite(admin: Client, **changed: Any) -> str:
    """The link's path, as Todo0's staff reads it off the page."""
    page = admin.get("/admin/invitations")
    answer = submit(admin, page, "/admin/invitations/add", **(INVITED | changed))
    assert answer.status_code == 200, text_of(answer)
    return link_on(answer)


def link_on(page: HttpResponse) -> str:
    return urlsplit(next(word for word in text_of(page).split() if "/setup/link/" in word)).path


def newest() -> Invitation:
    return Invitation.objects.latest("pk")


def begin(link: str) -> Client:
    """A new browser that opens the link and presses its button."""
    browser = Client(enforce_csrf_checks=True)
    assert submit(browser, browser.get(link), "/setup/begin").status_code == 303
    return browser


def enter_idp(browser: Client, issuer: str = INITECH) -> HttpResponse:
    return submit(browser, browser.get("/setup/idp"), "/setup/idp", issuer=issuer)


def enter_registration(browser: Client, **changed: str) -> HttpResponse:
    typed = {"client_id": "todo0-at-initech", "client_secret": SECRET} | changed
    return submit(browser, browser.get("/setup/registration"), "/setup/registration", **typed)


def ask_for_proof(browser: Client) -> HttpResponse:
    return submit(browser, browser.get("/setup/domain"), "/setup/domain")


def activate(browser: Client) -> HttpResponse:
    return submit(browser, browser.get("/setup/activation"), "/setup/activation")


class FarSide:
    """Initech's IdP and its web server, as HTTP answers. ``claims`` are what its next ID Token says otherwise."""

    def __init__(self, wire: responses.RequestsMock) -> None:
        self.wire = wire
        self.claims: dict[str, Any] = {}
        self.forms: list[dict[str, list[str]]] = []

    def publish(self, issuer: str = INITECH) -> None:
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
        }
        self.wire.get(f"{issuer}/.well-known/openid-configuration", json=document)
        self.wire.get(f"{issuer}/jwks", json=builders.jwks(builders.IDP_KEY))

    def prove(self, text: str | None = None, *, address: str = PROOF, status: int = 200) -> None:
        said = domain_proof.line_of(newest()) if text is None else text
        self.wire.upsert(responses.GET, address, body=f"other-service=1\n{said}\n", status=status)

    def sign_in(self, browser: Client, **claims: Any) -> HttpResponse:
        """Off to the IdP and back, as the link on the page begins it."""
        started = browser.get(browser.get("/setup/sign-in/try")["Location"])
        assert started.status_code == 302, started.content
        return self.come_back(browser, started["Location"], **claims)

    def come_back(self, browser: Client, sent_to: str, **claims: Any) -> HttpResponse:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(sent_to).query).items()}
        issuer, now = sent_to.partition("/authorize")[0], int(time.time())
        said = {
            "iss": issuer,
            "sub": "00u7peter",
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": "peter@initech.example",
            "email_verified": True,
        } | claims
        said = {name: value for name, value in said.items() if value is not None}
        token = jose.sign(said, key=builders.IDP_KEY, typ="JWT")
        answer = {"access_token": "at-the-idp", "token_type": "Bearer", "id_token": token}
        self.wire.upsert(responses.POST, f"{issuer}/token", json=answer)
        return browser.get("/signin/callback", {"code": "a-code", "state": asked["state"]})

    def redeem(self) -> HttpResponse:
        """Agent0 comes with an ID-JAG of Initech for the same person."""
        metadata = {"issuer": INITECH, "jwks_uri": f"{INITECH}/jwks"}
        self.wire.get("http://localhost:9100/.well-known/oauth-authorization-server/initech", json=metadata)
        form = {
            "grant_type": protocol.GRANT_JWT_BEARER,
            "assertion": id_jag(iss=INITECH, sub="00u7peter"),
            "client_id": "agent0-at-todo0",
            "client_secret": secret_of("agent0-at-todo0"),
        }
        return post_form("/oauth/token", form)


@pytest.fixture
def far_side(settings: Any) -> Iterator[FarSide]:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = settings.JWT_BEARER_ALLOW_PRIVATE_ADDRESSES = True
    for loaded in (discovery.outgoing, domain_proof.outgoing, trust.load_directory):
        loaded.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        far_side = FarSide(wire)
        far_side.publish()
        yield far_side
    for loaded in (discovery.outgoing, domain_proof.outgoing, trust.load_directory):
        loaded.cache_clear()


@pytest.fixture
def setup(admin: Client, far_side: FarSide) -> Client:
    """The browser of Initech's admin, who has just begun."""
    return begin(invite(admin))


@pytest.fixture
def ready(setup: Client, far_side: FarSide) -> Client:
    """The same, with everything entered and proved, and nothing activated."""
    enter_idp(setup)
    enter_registration(setup)
    far_side.prove()
    ask_for_proof(setup)
    assert far_side.sign_in(setup).status_code == 200
    return setup
