"""UserInfo, and the access token that opens it and nothing else."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.signin.models import IdpSession
from stage.kit import people
from tests.idp_mock.app_side import AGENT0_AT_GLOBEX, sign_in_for_tokens
from xaa import jose, protocol

pytestmark = pytest.mark.django_db


def userinfo(client: Client, token: str, url: str = "/acme/userinfo") -> HttpResponse:
    return client.get(url, headers={"Authorization": f"Bearer {token}"})


def is_refused(response: HttpResponse) -> bool:
    return response.status_code == 401 and 'error="invalid_token"' in response["WWW-Authenticate"]


def test_it_tells_what_the_scopes_open(browser: Client) -> None:
    response = userinfo(browser, sign_in_for_tokens(browser)["access_token"])
    assert response.json() == {
        "sub": people.ALICE.sub,
        "email": people.ALICE.email,
        "email_verified": True,
        "name": people.ALICE.name,
        "preferred_username": people.ALICE.email,
    }
    assert response["Cache-Control"] == "no-store"
    bare = userinfo(browser, sign_in_for_tokens(browser, scope="openid")["access_token"])
    assert bare.json() == {"sub": people.ALICE.sub}


@pytest.mark.spec("OI-04")
def test_its_subject_is_the_id_tokens(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser)
    claims = jose.peek(tokens["id_token"]).unverified_claims
    assert userinfo(browser, tokens["access_token"]).json()["sub"] == claims["sub"]


def test_it_answers_a_post_and_at_the_okta_shaped_address(browser: Client) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    assert browser.post("/acme/userinfo", headers={"Authorization": f"bearer {token}"}).status_code == 200
    assert userinfo(browser, token, "/acme/oauth2/v1/userinfo").status_code == 200


def test_without_a_token_it_challenges_without_an_error(client: Client) -> None:
    for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}):
        response = client.get("/acme/userinfo", headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="acme"'


@pytest.mark.spec("SEC-29")
def test_it_takes_no_token_from_the_query(browser: Client) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    response = browser.get("/acme/userinfo", {"access_token": token})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 20_000, "eyJhbGciOiJub25lIn0.e30."])
def test_it_refuses_garbage(client: Client, token: str) -> None:
    assert is_refused(userinfo(client, token))


@pytest.mark.spec("JAG-29")
def test_it_refuses_an_id_token_and_other_types(browser: Client, acme: Enterprise) -> None:
    tokens = sign_in_for_tokens(browser)
    assert is_refused(userinfo(browser, tokens["id_token"]))
    claims = dict(jose.peek(tokens["access_token"]).unverified_claims)
    key = keystore.load_active_key(acme)
    assert userinfo(browser, jose.sign(claims, key=key, typ=protocol.TYP_ACCESS_TOKEN)).status_code == 200
    assert is_refused(userinfo(browser, jose.sign(claims, key=key, typ=protocol.TYP_ID_JAG)))
    elsewhere = claims | {"aud": "http://localhost:8002/api"}
    assert is_refused(userinfo(browser, jose.sign(elsewhere, key=key, typ=protocol.TYP_ACCESS_TOKEN)))


def test_the_access_token_names_userinfo_as_its_only_audience(browser: Client) -> None:
    peeked = jose.peek(sign_in_for_tokens(browser)["access_token"])
    assert peeked.unverified_header["typ"] == "at+jwt"
    assert peeked.unverified_claims["aud"] == "http://localhost:8003/acme/userinfo"


def test_another_enterprises_token_opens_nothing(browser: Client) -> None:
    token = sign_in_for_tokens(browser, AGENT0_AT_GLOBEX, people.GLOBEX_ALICE)["access_token"]
    assert is_refused(userinfo(browser, token))
    assert userinfo(browser, token, "/globex/userinfo").json()["email"] == people.GLOBEX_ALICE.email


def test_it_expires(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    later = clock.now() + timedelta(seconds=301)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert is_refused(userinfo(browser, token))


def test_it_closes_with_the_session_and_with_the_person(browser: Client, alice: Person) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert is_refused(userinfo(browser, token))
    Person.objects.filter(pk=alice.pk).update(status="active")
    assert userinfo(browser, token).status_code == 200
    IdpSession.objects.get().end(clock.now())
    assert is_refused(userinfo(browser, token))


def test_it_reads_the_directory_of_now(browser: Client, alice: Person) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    Person.objects.filter(pk=alice.pk).update(name="Alice Married")
    assert userinfo(browser, token).json()["name"] == "Alice Married"


def test_it_costs_two_statements(browser: Client, django_assert_num_queries: pytest.FixtureRequest) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    with django_assert_num_queries(2):
        userinfo(browser, token)
