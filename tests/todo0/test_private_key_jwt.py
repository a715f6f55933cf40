"""A client with a key at each of Todo0's endpoints where clients authenticate (RFC 7523 §2.2)."""

from typing import Any

import pytest
from django.http import HttpResponse

from tests.client_assertions import KEYS, WRONG, build_assertion, form_of
from tests.todo0.conftest import TODO0, Redeem, basic_auth, id_jag, post_form
from xaa.jwt_bearer.models import CrossAppClient, UsedClientAssertion

CLIENT_ID = "agent0-at-todo0"
NO_SECRET: dict[str, Any] = {"client_secret": None}


@pytest.fixture
def report0(seeded: None) -> CrossAppClient:
    """Agent0 as a client with a key."""
    client = CrossAppClient.objects.get(application__client_id=CLIENT_ID)
    client.jwks = KEYS
    client.save()
    return client


def signed(**override: Any) -> dict[str, str]:
    return form_of(build_assertion(**({"client_id": CLIENT_ID, "audience": TODO0} | override)))


def introspect(token: str, form: dict[str, str], **headers: str) -> HttpResponse:
    return post_form("/oauth/introspect", {"token": token} | form, **headers)


def revoke(token: str, form: dict[str, str], **headers: str) -> HttpResponse:
    return post_form("/oauth/revoke", {"token": token} | form, **headers)


@pytest.mark.spec("RD-02", "RS-07", "RS-11", "SEC-19")
def test_it_redeems_introspects_and_revokes_with_a_key(redeem: Redeem, report0: CrossAppClient) -> None:
    answer = redeem(id_jag(), **NO_SECRET, **signed())
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    assert introspect(token, signed()).json()["active"] is True
    assert revoke(token, signed()).status_code == 200
    assert introspect(token, signed()).json() == {"active": False}


@pytest.mark.spec("SEC-19", "SEC-20", "SEC-21", "SEC-02")
@pytest.mark.parametrize("fault", [*WRONG, "aud is the address of the token endpoint"])
def test_every_fault_is_the_same_401_at_every_endpoint(
    redeem: Redeem, report0: CrossAppClient, fault: str
) -> None:
    wrong = WRONG.get(fault, {"aud": f"{TODO0}/oauth/token"})
    answers = [
        redeem(id_jag(), **NO_SECRET, **signed(**wrong)),
        introspect("x", signed(**wrong)),
        revoke("x", signed(**wrong)),
    ]
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [(401, "invalid_client")] * 3
    assert not UsedClientAssertion.objects.exists()
    assert redeem(id_jag(), **NO_SECRET, **signed()).status_code == 200


@pytest.mark.spec("SEC-21")
def test_an_assertion_used_at_one_endpoint_is_spent_at_the_others(redeem: Redeem, report0: CrossAppClient) -> None:
    form = signed()
    assert introspect("x", form).status_code == 200
    assert introspect("x", form).status_code == 401
    assert revoke("x", form).status_code == 401
    assert redeem(id_jag(), **NO_SECRET, **form).status_code == 401


@pytest.mark.spec("SEC-18")
def test_two_ways_at_once_are_a_bad_request_at_every_endpoint(redeem: Redeem, report0: CrossAppClient) -> None:
    header = {"Authorization": basic_auth()}
    answers = [
        redeem(id_jag(), **signed()),
        introspect("x", signed(), **header),
        introspect("x", signed() | {"client_secret": "x"}),
        revoke("x", signed(), **header),
        revoke("x", signed() | {"client_secret": "x"}),
    ]
    assert [answer.json()["error"] for answer in answers] == ["invalid_request"] * 5


@pytest.mark.spec("RS-07")
def test_its_old_secret_opens_nothing_any_more(redeem: Redeem, report0: CrossAppClient) -> None:
    header = {"Authorization": basic_auth()}
    for answer in (redeem(id_jag()), introspect("x", {}, **header), revoke("x", {}, **header)):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    report0.jwks = {}
    report0.save()
    assert redeem(id_jag()).status_code == 200
