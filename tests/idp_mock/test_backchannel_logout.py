"""The apps are told that a session is over: which of them, in which words, and what an app that is down costs."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses
from django.core.exceptions import ValidationError
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.signin import session_end
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.app_side import AGENT0, TODO0, ask_token, sign_in, sign_in_for_tokens
from xaa import jose

pytestmark = pytest.mark.django_db

AGENT0_HEARS = "http://localhost:8001/signin/backchannel-logout"
TODO0_HEARS = "http://localhost:8002/signin/backchannel-logout"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Apps:
    """What Agent0 and Todo0 were told, verified as they would."""

    def __init__(self, far_side: responses.RequestsMock, keys: jose.KeySet) -> None:
        self.far_side, self.keys = far_side, keys

    def told(self, url: str) -> list[jose.Verified]:
        bodies = [str(call.request.body) for call in self.far_side.calls if call.request.url == url]
        tokens = [parse_qs(body)["logout_token"][0] for body in bodies]
        return [jose.verify(token, keys=self.keys, algorithms=("ES256",)) for token in tokens]


@pytest.fixture
def apps(settings: Any, acme: Enterprise) -> Iterator[Apps]:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.post(AGENT0_HEARS, status=200)
        far_side.post(TODO0_HEARS, status=204)
        yield Apps(far_side, keystore.load_published_keys(acme))


def sign_out(browser: Client, hint: str) -> None:
    answer = browser.get("/acme/logout", {"id_token_hint": hint})
    assert "You are signed out of Acme" in answer.content.decode()


def deliveries() -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(event_type="user.authentication.universal_logout")
    return sorted(rows.values_list("requesting_app_name", "outcome", "reason"))


def test_an_app_is_told_in_a_signed_token_of_two_minutes(browser: Client, apps: Apps, agent0: App) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    sign_out(browser, hint)
    [token] = apps.told(AGENT0_HEARS)
    claims = dict(token.claims)
    assert token.header["typ"] == "logout+jwt"
    assert claims.pop("exp") - claims.pop("iat") == 120
    assert len(claims.pop("jti")) >= 22
    assert claims == {
        "iss": agent0.enterprise.issuer,
        "sub": people.ALICE.sub,
        "aud": AGENT0.client_id,
        "sid": jose.peek(hint).unverified_claims["sid"],
        "events": {LOGOUT: {}},
    }, "and no nonce"


def test_each_app_of_the_session_gets_a_token_of_its_own(browser: Client, apps: Apps) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    sign_in_for_tokens(browser, TODO0)
    sign_out(browser, hint)
    told = [apps.told(url)[0].claims for url in (AGENT0_HEARS, TODO0_HEARS)]
    assert [claims["aud"] for claims in told] == [AGENT0.client_id, TODO0.client_id]
    assert told[0]["jti"] != told[1]["jti"]
    assert len(apps.far_side.calls) == 2
    assert deliveries() == [("Agent0", "allowed", ""), ("Todo0", "allowed", "")]


def test_a_resource_app_is_told_though_she_only_signed_in_to_the_app_that_acts_there(
    browser: Client, apps: Apps
) -> None:
    """Todo0 has access tokens that stand on this session by way of an ID-JAG."""
    sign_out(browser, sign_in_for_tokens(browser)["id_token"])
    assert len(apps.told(TODO0_HEARS)) == 1


def test_an_app_she_did_not_use_in_that_session_is_not_told(browser: Client, apps: Apps) -> None:
    sign_in_for_tokens(Client())
    sign_out(browser, sign_in_for_tokens(browser, TODO0)["id_token"])
    assert apps.told(AGENT0_HEARS) == []
    assert len(apps.told(TODO0_HEARS)) == 1


def test_an_app_without_an_address_is_not_told(browser: Client, apps: Apps) -> None:
    App.objects.update(backchannel_logout_uri="")
    sign_out(browser, sign_in_for_tokens(browser)["id_token"])
    assert len(apps.far_side.calls) == 0
    assert deliveries() == []


def test_signing_out_twice_tells_once(browser: Client, apps: Apps) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    sign_out(browser, hint)
    sign_out(browser, hint)
    assert len(apps.told(AGENT0_HEARS)) == 1


@pytest.mark.parametrize(
    ("trouble", "found"),
    [
        ({"status": 400}, "expected status 200, found 400"),
        ({"status": 302, "headers": {"Location": TODO0_HEARS}}, "expected status 200, found 302"),
        ({"body": requests.ConnectionError()}, "no answer: ConnectionError"),
    ],
)
def test_an_app_that_cannot_be_told_keeps_nobody_signed_in(
    browser: Client, apps: Apps, trouble: dict[str, Any], found: str
) -> None:
    apps.far_side.replace(responses.POST, AGENT0_HEARS, **trouble)
    sign_out(browser, sign_in_for_tokens(browser)["id_token"])
    assert IdpSession.objects.get().ended_at
    assert deliveries() == [
        ("Agent0", "denied", f"{AGENT0_HEARS}: {found}"),
        ("Todo0", "allowed", ""),
    ]


def test_slow_apps_are_told_at_the_same_time_and_waited_for_no_longer_than_that(
    browser: Client, apps: Apps, settings: Any
) -> None:
    settings.IDP_LOGOUT_PATIENCE = 0.5
    let_go = threading.Event()

    def hang(_request: Any) -> tuple[int, dict[str, str], str]:
        let_go.wait(10)
        return 200, {}, ""

    for url in (AGENT0_HEARS, TODO0_HEARS):
        apps.far_side.remove(responses.POST, url)
        apps.far_side.add_callback(responses.POST, url, callback=hang)
    hint = sign_in_for_tokens(browser)["id_token"]
    started = time.monotonic()
    sign_out(browser, hint)
    waited = time.monotonic() - started
    let_go.set()
    assert 0.5 <= waited < 3
    assert deliveries() == [(name, "denied", "Expected an answer in time.") for name in ("Agent0", "Todo0")]


def test_outside_the_demo_an_address_inside_the_network_is_not_called(
    browser: Client, apps: Apps, settings: Any
) -> None:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    sign_out(browser, sign_in_for_tokens(browser)["id_token"])
    assert len(apps.far_side.calls) == 0
    assert [(name, outcome) for name, outcome, _ in deliveries()] == [("Agent0", "denied"), ("Todo0", "denied")]


@pytest.mark.spec("OI-13", "TX-21")
def test_a_suspension_ends_every_session_and_tells_each_app_once_to_end_all(
    browser: Client, apps: Apps, alice: Person
) -> None:
    tokens = sign_in_for_tokens(browser, scope="openid offline_access")
    sign_in_for_tokens(Client())
    bobs = sign_in_for_tokens(Client(), person=people.BOB, scope="openid offline_access")
    session_end.suspend(alice, now=clock.now())
    [told] = apps.told(AGENT0_HEARS)
    assert told.claims["sub"] == people.ALICE.sub
    assert "sid" not in told.claims, "all of hers, not one session"
    assert not IdpSession.objects.filter(person=alice, ended_at=None).exists()
    refresh = {"grant_type": "refresh_token"}
    assert ask_token(browser, **refresh, refresh_token=tokens["refresh_token"]).status_code == 400
    assert ask_token(browser, **refresh, refresh_token=bobs["refresh_token"]).status_code == 200
    events = Event.objects.filter(person_sub=alice.sub).values_list("event_type", flat=True)
    assert list(events.order_by("pk"))[-5:] == [
        "user.lifecycle.suspend",
        *["user.session.end"] * 2,
        *["user.authentication.universal_logout"] * 2,
    ]


def test_an_app_that_knows_only_sessions_is_told_of_each(browser: Client, apps: Apps, alice: Person) -> None:
    App.objects.filter(client_id=AGENT0.client_id).update(backchannel_logout_session_required=True)
    hints = [sign_in_for_tokens(one)["id_token"] for one in (browser, Client())]
    session_end.suspend(alice, now=clock.now())
    told = {token.claims["sid"] for token in apps.told(AGENT0_HEARS)}
    assert told == {jose.peek(hint).unverified_claims["sid"] for hint in hints}
    assert len(apps.told(TODO0_HEARS)) == 1


def test_lifting_a_suspension_brings_no_session_back(browser: Client, apps: Apps, alice: Person) -> None:
    sign_in(browser)
    session_end.suspend(alice, now=clock.now())
    session_end.reactivate(alice, now=clock.now() + timedelta(seconds=1))
    assert Person.objects.get(pk=alice.pk).is_active
    assert not IdpSession.objects.filter(ended_at=None).exists()
    assert Event.objects.latest("pk").event_type == "user.lifecycle.unsuspend"


@pytest.mark.parametrize(
    "uri", ["/signin", "ftp://app.example/x", "https://app.example/#f", "https://[x", "https://"]
)
def test_an_address_that_is_none_is_refused_at_registration(agent0: App, uri: str) -> None:
    agent0.backchannel_logout_uri = "https://app.example/backchannel-logout?of=acme"
    agent0.save()
    agent0.backchannel_logout_uri = uri
    with pytest.raises(ValidationError, match="absolute URL"):
        agent0.save()


def test_no_logout_token_is_in_the_system_log_or_shown(browser: Client, apps: Apps, caplog: Any) -> None:
    sign_out(browser, sign_in_for_tokens(browser)["id_token"])
    token = parse_qs(str(apps.far_side.calls[0].request.body))["logout_token"][0]
    assert token not in caplog.text + str(list(Event.objects.values()))
