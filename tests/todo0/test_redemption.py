"""Leg 2 at Todo0: an ID-JAG in, an access token out, through the real endpoint with every check behind it."""

import time
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken, RefreshToken

from stage.kit import people
from tests.todo0.conftest import ACME, API, TODO0, Redeem, basic_auth, id_jag, post_form, user_of
from todo0.authserver.models import AccessTokenOrigin, AsSigningKey
from todo0.federation.models import Connection, Organization
from xaa import jose, protocol
from xaa.jwt_bearer.models import RedeemedIdJag
from xaa.signin.models import FederatedIdentity


def verified(token: str) -> jose.Verified:
    published = Client().get("/oauth/jwks").json()
    return jose.verify(token, keys=jose.KeySet.from_jwks(published), algorithms=("ES256", "RS256"))


@pytest.mark.spec("AT-01", "AT-02", "AT-03", "AT-05", "AT-06", "RF-01")
def test_it_answers_a_good_id_jag_with_an_access_token_and_nothing_more(redeem: Redeem) -> None:
    answer = redeem(id_jag())
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope", "resource"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    assert (body["scope"], body["resource"]) == ("todos.read todos.write", API)
    assert (answer["Cache-Control"], answer["Pragma"]) == ("no-store", "no-cache")
    assert answer["Content-Type"].startswith("application/json")
    assert not RefreshToken.objects.exists()


@pytest.mark.spec("AT-07", "AT-08", "AT-09", "AT-10", "AT-11", "AT-12", "AT-13", "SEC-36")
def test_it_issues_a_jwt_of_its_own_for_the_local_account(redeem: Redeem) -> None:
    before = int(time.time())
    token = verified(redeem(id_jag(acr="urn:acme:mfa", amr=["pwd", "otp"])).json()["access_token"])
    assert token.header["typ"] == "at+jwt"
    assert token.header["kid"] == AsSigningKey.objects.get().kid
    claims = dict(token.claims)
    assert claims.pop("iat") in range(before, before + 5)
    assert claims.pop("exp") in range(before + 300, before + 305)
    assert claims.pop("auth_time") in range(before - 65, before)
    assert len(claims.pop("jti")) >= 22
    assert claims == {
        "iss": TODO0,
        "aud": API,
        "sub": user_of(people.ALICE).username,
        "client_id": "agent0-at-todo0",
        "scope": "todos.read todos.write",
        "acr": "urn:acme:mfa",
        "amr": ["pwd", "otp"],
        "org_id": Organization.objects.get(connection__slug="acme").org_id,
    }
    assert people.ALICE.sub not in claims["sub"], "the IdP's subject is another namespace"


@pytest.mark.spec("AT-11")
def test_it_signs_with_rs256_when_told_and_retired_keys_still_verify(redeem: Redeem) -> None:
    old = redeem(id_jag()).json()["access_token"]
    AsSigningKey.generate("RS256")
    new = redeem(id_jag()).json()["access_token"]
    assert [verified(token).header["alg"] for token in (old, new)] == ["ES256", "RS256"]


@pytest.mark.spec("AT-14", "SEC-30")
def test_it_stores_a_hash_of_the_token_and_whose_word_it_stands_on(redeem: Redeem) -> None:
    token = redeem(id_jag(jti="jag-1")).json()["access_token"]
    row = AccessToken.objects.get()
    assert row.token == "", "only the checksum is stored"
    assert token not in str(row.__dict__)
    assert row.resource == [API]
    origin = AccessTokenOrigin.objects.get(access_token=row)
    assert (origin.issuer, origin.subject, origin.id_jag_jti) == (ACME, people.ALICE.sub, "jag-1")


def test_it_takes_at_most_nine_statements(redeem: Redeem) -> None:
    assert redeem(id_jag()).status_code == 200  # fetches Acme's keys, which is not what is measured
    with CaptureQueriesContext(connection) as statements:
        assert redeem(id_jag()).status_code == 200
    assert len(statements) <= 9, "\n".join(entry["sql"][:120] for entry in statements)


@pytest.mark.spec("SEC-17")
def test_it_never_runs_a_password_hash_on_a_client_secret(redeem: Redeem, monkeypatch: Any) -> None:
    def slow(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a password hash was computed for a client secret")

    for hasher in (hashers.PBKDF2PasswordHasher, hashers.PBKDF2SHA1PasswordHasher):
        for step in ("encode", "verify", "harden_runtime"):
            monkeypatch.setattr(hasher, step, slow)
    assert redeem(id_jag()).status_code == 200
    for wrong in ({"client_secret": "wrong"}, {"client_id": "nobody", "client_secret": "wrong"}):
        answer = redeem(id_jag(), **wrong)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def see_nothing_written() -> None:
    assert not AccessToken.objects.exists()
    assert not RedeemedIdJag.objects.exists(), "a refused ID-JAG must not be burnt"


@pytest.mark.spec("SR-02", "SR-03", "RD-30")
def test_it_refuses_somebody_who_never_signed_in_here_and_creates_nobody(redeem: Redeem) -> None:
    accounts = User.objects.count()
    answer = redeem(id_jag(sub=people.DAN.sub, email=people.DAN.email))
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_grant", "error_description": "User not found"}
    assert User.objects.count() == accounts
    assert not FederatedIdentity.objects.filter(subject=people.DAN.sub).exists()
    see_nothing_written()


@pytest.mark.spec("SR-04")
def test_it_does_not_take_an_email_address_for_an_identity(redeem: Redeem) -> None:
    answer = redeem(id_jag(sub="00u9mallory", email=people.ALICE.email, email_verified=True))
    assert answer.json()["error"] == "invalid_grant"
    see_nothing_written()


@pytest.mark.spec("SR-05", "TN-08")
def test_a_person_stays_who_she_is_whatever_else_the_id_jag_says(redeem: Redeem) -> None:
    known = list(FederatedIdentity.objects.values())
    hints = {
        "email": people.BOB.email,
        "aud_sub": user_of(people.BOB).username,
        "aud_tenant": "globex",
        "sub_id": {"format": "email", "email": people.BOB.email},
    }
    token = verified(redeem(id_jag(**hints)).json()["access_token"])
    assert token.claims["sub"] == user_of(people.ALICE).username
    assert list(FederatedIdentity.objects.values()) == known, "nothing of it is kept"


@pytest.mark.spec("TN-09", "TN-11")
@pytest.mark.parametrize("tenant", ["acme", "personal", "organization", "", None, 7])
def test_it_refuses_to_tell_the_tenants_of_one_issuer_apart(redeem: Redeem, tenant: object) -> None:
    answer = redeem(id_jag(tenant=tenant))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    see_nothing_written()


@pytest.mark.spec("SR-17")
def test_it_compares_the_subject_with_case(redeem: Redeem) -> None:
    assert redeem(id_jag(sub=people.ALICE.sub.upper())).json()["error"] == "invalid_grant"


@pytest.mark.spec("SR-10")
def test_it_refuses_a_deactivated_account_and_does_not_revive_it(redeem: Redeem, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert redeem(id_jag()).json()["error"] == "invalid_grant"
    alice.refresh_from_db()
    assert not alice.is_active
    see_nothing_written()


@pytest.mark.spec("RD-17")
def test_it_refuses_evil0_with_an_id_jag_made_out_to_agent0(redeem: Redeem) -> None:
    stolen = id_jag()
    answer = redeem(stolen, client_id="evil0-at-todo0")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    see_nothing_written()
    assert redeem(stolen).status_code == 200, "the theft burnt nothing"


@pytest.mark.spec("RD-07", "SR-01")
@pytest.mark.parametrize("switch", [{"xaa_enabled": False}, {"active": False}])
def test_it_refuses_an_issuer_whose_connection_is_switched_off(redeem: Redeem, switch: dict[str, bool]) -> None:
    assert redeem(id_jag()).status_code == 200
    Connection.objects.filter(slug="acme").update(**switch)
    assert redeem(id_jag()).json()["error"] == "invalid_grant"


@pytest.mark.spec("RD-07", "SEC-12", "SEC-05")
@pytest.mark.parametrize(
    "issuer",
    ["http://localhost:8003/globex", f"{ACME}/", ACME.upper(), f"{ACME}\x00", "acme", ""],
)
def test_it_refuses_an_issuer_that_is_not_exactly_a_connections(redeem: Redeem, issuer: str) -> None:
    assert redeem(id_jag(iss=issuer)).json()["error"] == "invalid_grant"


@pytest.mark.spec("RD-20", "RD-22")
def test_it_redeems_an_id_jag_once(redeem: Redeem) -> None:
    assertion = id_jag()
    assert [redeem(assertion).status_code for _ in range(2)] == [200, 400]


@pytest.mark.spec("RD-10", "RD-12", "RD-24", "RD-28")
@pytest.mark.parametrize(
    ("override", "error"),
    [
        ({"aud": f"{TODO0}/"}, "invalid_grant"),
        ({"aud": f"{TODO0}/oauth/token"}, "invalid_grant"),
        ({"aud": API}, "invalid_grant"),
        ({"resource": "http://localhost:8003/other"}, "invalid_grant"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"typ": "JWT"}, "invalid_grant"),
    ],
)
def test_it_refuses_an_id_jag_for_something_else(redeem: Redeem, override: dict[str, Any], error: str) -> None:
    answer = redeem(id_jag(**override))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer["Cache-Control"] == "no-store"
    see_nothing_written()


@pytest.mark.spec("RD-01", "RD-36", "SEC-18", "SEC-29")
@pytest.mark.parametrize(
    ("form", "query"),
    [
        ({"assertion": None}, ""),
        ({"assertion": ["a.b.c", "d.e.f"]}, ""),
        ({"grant_type": None}, ""),
        ({"client_id": "agent0\x00"}, ""),
        ({}, "?assertion=a.b.c"),
        ({}, "?%zz=1"),
    ],
)
def test_it_calls_a_garbled_form_an_invalid_request(seeded: None, form: dict[str, Any], query: str) -> None:
    fields = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"} | form
    present = {name: value for name, value in fields.items() if value is not None}
    answer = post_form(f"/oauth/token{query}", present, Authorization=basic_auth())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), answer.content
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.spec("SEC-18")
def test_it_refuses_two_ways_of_authenticating_at_once(seeded: None) -> None:
    form = {"grant_type": "authorization_code", "code": "x", "client_secret": "y", "client_id": "agent0-at-todo0"}
    answer = post_form("/oauth/token", form, Authorization=basic_auth())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("RD-02", "RD-18")
@pytest.mark.parametrize(
    "authorization",
    [
        basic_auth("agent0\x00-at-todo0", "x"),
        basic_auth("nobody", "x"),
        basic_auth(secret="wrong"),
        basic_auth(secret="\x00"),
        basic_auth(secret="ü"),
        "Basic !",
        "Basic",
        "Bearer x",
    ],
)
def test_it_refuses_a_client_that_does_not_authenticate(seeded: None, authorization: str) -> None:
    for form in ({"grant_type": protocol.GRANT_JWT_BEARER, "assertion": id_jag()}, {"token": "x"}):
        path = "/oauth/token" if "assertion" in form else "/oauth/revoke"
        answer = post_form(path, form, Authorization=authorization)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.content


@pytest.mark.spec("SEC-35", "MD-17")
@pytest.mark.parametrize("grant", ["password", "client_credentials", "refresh_token", "implicit", "nonsense",
                                   "urn:ietf:params:oauth:grant-type:device_code"])  # fmt: skip
def test_it_supports_no_grant_that_it_does_not_advertise(seeded: None, grant: str) -> None:
    form = {"grant_type": grant, "username": "a", "password": "b", "refresh_token": "c", "device_code": "d"}
    answer = post_form("/oauth/token", form, Authorization=basic_auth())
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type"), answer.content
    assert answer["Content-Type"].startswith("application/json")


@pytest.mark.spec("SEC-31")
def test_it_takes_tokens_requests_by_post_only(seeded: None) -> None:
    assert Client().get("/oauth/token").status_code == 405


@pytest.mark.spec("SEC-31")
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/introspect", "/oauth/revoke"])
def test_no_page_of_another_origin_may_use_it(seeded: None, path: str) -> None:
    origin = {"Origin": "https://evil.example"}
    asked = Client(headers=origin | {"Access-Control-Request-Method": "POST"}).options(path)
    for answer in (asked, post_form(path, {"token": "x"}, **origin)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.spec("MC-18")
def test_its_api_is_spelt_one_way_from_metadata_to_token(redeem: Redeem) -> None:
    published = Client().get("/.well-known/oauth-protected-resource/api").json()["resource"]
    body = redeem(id_jag(resource=published)).json()
    assert published == body["resource"] == verified(body["access_token"]).claims["aud"]
