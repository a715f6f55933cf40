"""How a refusal and a token are told: as the RFCs say, or by the Auth0 presets as Auth0 documents."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.todo0.conftest import API, Redeem, id_jag
from tests.todo0.test_presets import put
from tests.todo0.test_server_rules import save
from tests.todo0.test_uniform_refusals import WRONG
from todo0.assertions.models import Redemption
from todo0.federation.models import Tenant
from todo0.presets.rules import PRESETS
from xaa.jwt_bearer.models import CrossAppClient
from xaa.throttle import clients

AUTH0 = tuple(name for name in PRESETS if name.startswith("auth0"))
OTHERS = tuple(sorted(PRESETS.keys() - {*AUTH0}))
WORDS = "Assertion is invalid or has expired"
each_of_auth0s = pytest.mark.parametrize("preset", AUTH0)
FORBIDDEN: dict[str, tuple[dict[str, Any], bool]] = {
    "invalid_scope": ({"scope": "calendar.read"}, True),
    "unauthorized_client": ({}, False),
}


def follow(preset: str) -> None:
    """The preset, and no limit: what comes too soon is another test's."""
    put(preset)
    Tenant.objects.update(id_jag_limit="off")


def told(answer: HttpResponse) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["error"], answer.json()["error_description"]


@each_of_auth0s
@pytest.mark.parametrize("name", WRONG.keys() - {"jti malformed"})
def test_by_auth0s_presets_a_bad_id_jag_gets_auth0s_status_and_words(
    redeem: Redeem, preset: str, name: str
) -> None:
    follow(preset)
    wrong = WRONG[name]
    wrong.before()
    status, error, words = told(redeem(wrong.assertion or id_jag(**wrong.claims)))
    assert error == "invalid_grant"
    assert status == (401 if wrong.check == "R6" else 400)
    assert words == ("User not found" if name in ("person unknown", "person deactivated", "tenant") else WORDS)
    assert Redemption.objects.latest("pk").refused_by == wrong.check, "the log tells as ever"


@each_of_auth0s
@pytest.mark.parametrize("error", FORBIDDEN)
def test_by_auth0s_presets_what_is_not_allowed_is_403(redeem: Redeem, preset: str, error: str) -> None:
    follow(preset)
    assert redeem(id_jag()).status_code == 200
    claims, enabled = FORBIDDEN[error]
    CrossAppClient.objects.update(enabled=enabled)
    assert told(redeem(id_jag(**claims)))[:2] == (403, error)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_missing_parameter_is_an_invalid_request_by_every_preset(redeem: Redeem, preset: str) -> None:
    follow(preset)
    assert told(redeem(""))[:2] == (400, "invalid_request")


@each_of_auth0s
def test_by_auth0s_presets_who_comes_too_soon_is_told_in_auth0s_words(redeem: Redeem, preset: str) -> None:
    put(preset)
    words = (429, "too_many_requests", "Rate limit exceeded. Please retry after some time.")
    Tenant.objects.update(id_jag_limit="1/h burst 1")
    assert redeem(id_jag()).status_code == 200
    assert told(redeem(id_jag())) == words
    put("todo0")
    Tenant.objects.update(id_jag_limit="1/h burst 1")
    status, error, said = told(redeem(id_jag()))
    assert (status, error, said == words[2]) == (429, "too_many_requests", False)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_client_that_cannot_prove_itself_is_401_by_every_preset(redeem: Redeem, preset: str) -> None:
    follow(preset)
    assert told(redeem(id_jag(), client_secret="wrong"))[:2] == (401, "invalid_client")


@pytest.mark.parametrize("preset", OTHERS)
def test_by_the_other_presets_a_refusal_is_400(redeem: Redeem, preset: str) -> None:
    follow(preset)
    for name in ("kid unknown", "expired", "no JWT"):
        wrong = WRONG[name]
        status, error, words = told(redeem(wrong.assertion or id_jag(**wrong.claims)))
        assert (status, error, words == WORDS) == (400, "invalid_grant", False)
    assert told(redeem(id_jag(scope="calendar.read")))[:2] == (400, "invalid_scope")
    CrossAppClient.objects.update(enabled=False)
    assert told(redeem(id_jag()))[:2] == (400, "unauthorized_client")


@each_of_auth0s
def test_by_auth0s_presets_the_answer_names_the_scope_only_if_it_is_less(redeem: Redeem, preset: str) -> None:
    follow(preset)
    body = redeem(id_jag()).json()
    assert body.keys() == {"access_token", "token_type", "expires_in"}
    CrossAppClient.objects.update(allowed_scopes="todos.read")
    assert redeem(id_jag()).json()["scope"] == "todos.read"
    assert "scope" not in redeem(id_jag(scope="todos.read")).json()


def test_who_asks_for_less_and_gets_more_is_told_so(redeem: Redeem) -> None:
    """Early Access has no ``scope`` in the request; what is granted is then another than was asked."""
    follow("auth0-beta")
    assert "scope" not in redeem(id_jag(), scope="todos.read").json()
    follow("auth0-ea")
    assert redeem(id_jag(), scope="todos.read").json()["scope"] == "todos.read todos.write"


def test_an_administrator_chooses_it_and_it_counts_from_the_next_request(admin: Client, redeem: Redeem) -> None:
    forged = WRONG["kid unknown"].claims
    assert redeem(id_jag()).json()["resource"] == API
    assert redeem(id_jag(**forged)).status_code == 400
    assert save(admin, answers="auth0").status_code == 303
    assert "resource" not in redeem(id_jag()).json()
    assert redeem(id_jag(**forged)).status_code == 401


def test_a_bad_signature_is_no_failed_client_whatever_its_status(
    redeem: Redeem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "FAILURES_OF_CLIENT", 1)
    monkeypatch.setattr(clients, "REFUSED_GRANTS_OF_CLIENT", 3)
    follow("auth0-ea")
    forged = [redeem(id_jag(**WRONG["kid unknown"].claims)).status_code for _ in range(4)]
    assert forged == [401, 401, 401, 429]
    assert redeem(id_jag(), client_secret="wrong").status_code == 401, "counted apart"
