"""Acme says that Alice signed out: her sessions at Todo0 end, and what apps got for her with ID-JAGs at once."""

import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.utils import timezone
from oauth2_provider.models import AccessToken

from stage.kit import people
from tests import builders
from tests.todo0.conftest import ACME, Redeem, call_api, id_jag
from todo0.federation.connections import find_connection, find_connection_for_issuer
from todo0.federation.models import Connection
from xaa import jose, protocol
from xaa.signin import conf
from xaa.signin.models import SignOut
from xaa.signin.sign_outs import KEPT
from xaa.signin.stores import SignedIn


@pytest.fixture
def idp(acme: responses.RequestsMock, settings: Any) -> Iterator[responses.RequestsMock]:
    """Acme as the sign-in sees it, too."""
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    endpoints = {f"{name}_endpoint": f"{ACME}/{name}" for name in ("authorization", "token")}
    metadata = {"issuer": ACME, "jwks_uri": f"{ACME}/jwks", **endpoints}
    acme.get(f"{ACME}/.well-known/openid-configuration", json=metadata)
    yield acme
    conf.issuer_directory.cache_clear()


def logout_token(*, typ: str = protocol.TYP_LOGOUT_TOKEN, key: Any = builders.IDP_KEY, **override: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ACME,
        "sub": people.ALICE.sub,
        "sid": "sid-1",
        "aud": "todo0-at-acme",
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        "events": {protocol.EVENT_LOGOUT: {}},
    } | override
    present = {name: value for name, value in claims.items() if value is not builders.REMOVED}
    return jose.sign(present, key=key, typ=typ)


def tell(token: str) -> int:
    strict = Client(enforce_csrf_checks=True)
    return strict.post("/signin/backchannel-logout", {"logout_token": token}).status_code


def status_of_call(token: str) -> int:
    return call_api("GET", "/todos", Authorization=f"Bearer {token}").status_code


def browser_of(user: User, *, sid: str = "sid-1", sub: str = people.ALICE.sub) -> Client:
    """A browser that came by the sign-in ``sid``, as the callback leaves it."""
    client = Client()
    client.force_login(user)
    request = RequestFactory().get("/")
    request.session, request.user = client.session, user
    signed_in = SignedIn(find_connection("acme"), user, ACME, sub, sid, {}, 0, "the-id-token")
    conf.token_store().keep(request, signed_in)
    request.session.save()
    return client


@pytest.mark.spec("OI-14", "AT-14")
def test_an_access_token_got_by_an_id_jag_ends_at_once(idp: Any, token: str) -> None:
    assert status_of_call(token) == 200
    assert tell(logout_token()) == 200
    answer = call_api("GET", "/todos", Authorization=f"Bearer {token}")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


@pytest.mark.spec("OI-14")
def test_every_token_of_hers_ends_whatever_session_it_is_and_nobody_elses(idp: Any, redeem: Redeem) -> None:
    """An ID-JAG carries no sid, so access tokens end by person."""
    alices = [redeem(id_jag()).json()["access_token"] for _ in range(2)]
    bobs = redeem(id_jag(sub=people.BOB.sub)).json()["access_token"]
    assert tell(logout_token(sid="another-session")) == 200
    assert [status_of_call(token) for token in (*alices, bobs)] == [401, 401, 200]
    assert status_of_call(redeem(id_jag()).json()["access_token"]) == 200, "the IdP may vouch for her anew"


@pytest.mark.spec("OI-14")
def test_an_id_jag_from_before_the_logout_is_worth_nothing_after_it(idp: Any, redeem: Redeem, caplog: Any) -> None:
    a_little_ago = time.time() - 5
    alices, bobs = (id_jag(sub=one.sub, now=a_little_ago) for one in (people.ALICE, people.BOB))
    assert redeem(id_jag(now=a_little_ago)).status_code == 200
    assert tell(logout_token()) == 200
    refused = redeem(alices)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert "User not found" not in refused.content.decode()
    assert "R12 check_person failed iat: expected an ID-JAG issued after the logout" in caplog.text
    assert [redeem(good).status_code for good in (bobs, id_jag())] == [200, 200]


@pytest.mark.spec("OI-14", "SR-08")
def test_an_id_jag_from_before_the_logout_makes_nobody_an_account_either(idp: Any, redeem: Redeem) -> None:
    """Dan was never here, so no row of his could say that he signed out."""
    Connection.objects.update(jit_accounts=True)
    accounts, before = User.objects.count(), id_jag(sub=people.DAN.sub, now=time.time() - 5)
    assert tell(logout_token(sub=people.DAN.sub)) == 200
    assert redeem(before).json()["error"] == "invalid_grant"
    assert User.objects.count() == accounts
    assert redeem(id_jag(sub=people.DAN.sub)).status_code == 200, "the IdP may vouch for him anew"
    assert User.objects.count() == accounts + 1


@pytest.mark.spec("OI-14")
def test_the_latest_logout_counts_in_whichever_order_they_arrive(idp: Any, redeem: Redeem) -> None:
    now = int(time.time())
    assert [tell(logout_token(iat=at)) for at in (now, now - 60)] == [200, 200]
    assert redeem(id_jag(now=now - 5)).status_code == 400
    assert SignOut.objects.get().at.timestamp() == now


def test_a_logout_sweeps_what_no_id_jag_can_be_older_than(idp: Any, seeded: None) -> None:
    long_ago, lately = (timezone.now() - age for age in (KEPT + timedelta(minutes=1), KEPT - timedelta(minutes=1)))
    for subject, at in (("gone", long_ago), ("here", lately)):
        SignOut.objects.create(issuer=ACME, subject=subject, at=at)
    assert tell(logout_token()) == 200
    assert set(SignOut.objects.values_list("subject", flat=True)) == {"here", people.ALICE.sub}


@pytest.mark.spec("OI-14")
def test_a_sid_alone_ends_the_tokens_of_the_person_who_signed_in_by_it(idp: Any, token: str, alice: User) -> None:
    assert tell(logout_token(sub=builders.REMOVED)) == 200
    assert status_of_call(token) == 200, "nobody signed in here by it, so nobody knows whose it is"
    browser_of(alice)
    assert tell(logout_token(sub=builders.REMOVED)) == 200
    assert status_of_call(token) == 401


def test_a_token_that_stands_on_no_id_jag_stays(idp: Any, token: str) -> None:
    row = AccessToken.objects.get()
    row.origin.delete()
    assert tell(logout_token()) == 200
    assert status_of_call(token) == 200


@pytest.mark.spec("OI-12")
def test_her_session_of_that_sid_ends_and_another_goes_on(idp: Any, alice: User, bob: User) -> None:
    here, there = browser_of(alice), browser_of(alice, sid="sid-2")
    bobs = browser_of(bob, sub=people.BOB.sub)
    assert tell(logout_token()) == 200
    assert [one.get("/todos").status_code for one in (here, there, bobs)] == [302, 200, 200]
    assert tell(logout_token(sid=builders.REMOVED)) == 200
    assert [one.get("/todos").status_code for one in (there, bobs)] == [302, 200]


@pytest.mark.spec("OI-10", "OI-15")
@pytest.mark.parametrize(
    "wrong",
    [
        {"key": builders.OTHER_KEY},
        {"aud": "agent0-at-acme"},
        {"iss": "http://localhost:8003/globex"},
        {"nonce": "n"},
        {"typ": protocol.TYP_ID_JAG},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_until_the_token_verifies_nothing_ends(idp: Any, token: str, alice: User, wrong: dict[str, Any]) -> None:
    browser = browser_of(alice)
    assert tell(logout_token(**wrong)) == 400
    assert (status_of_call(token), browser.get("/todos").status_code) == (200, 200)
    assert tell(logout_token()) == 200
    assert (status_of_call(token), browser.get("/todos").status_code) == (401, 302)


@pytest.mark.spec("OI-11")
def test_a_copy_ends_no_token_got_since(idp: Any, redeem: Redeem) -> None:
    logout = logout_token()
    assert tell(logout) == 200
    token = redeem(id_jag()).json()["access_token"]
    assert tell(logout) == 400
    assert status_of_call(token) == 200


def test_a_redeemable_id_jag_is_no_logout_token(idp: Any, redeem: Redeem) -> None:
    assertion = id_jag()
    assert tell(assertion) == 400
    assert redeem(assertion).status_code == 200


@pytest.mark.spec("SEC-12")
@pytest.mark.parametrize("name", ["", f"{ACME}/", ACME.upper(), ACME[:-1], "a\x00b", "ä"])
def test_it_finds_no_connection_for_an_issuer_that_only_looks_alike(seeded: None, name: str) -> None:
    assert find_connection_for_issuer(ACME).client_id == "todo0-at-acme"
    with pytest.raises(LookupError):
        find_connection_for_issuer(name)


def test_a_connection_that_is_off_ends_nothing(idp: Any, token: str) -> None:
    Connection.objects.update(active=False)
    assert tell(logout_token()) == 400
