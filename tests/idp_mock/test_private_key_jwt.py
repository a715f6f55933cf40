"""A client that signs instead of sending a secret, at the token endpoint and at revocation (RFC 7523 §2.2)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App
from idp_mock.directory.secrets import HASH_OF_NOBODY
from idp_mock.tokens.models import UsedClientAssertion
from tests.client_assertions import (
    CLIENT_KEY,
    GARBLED,
    KEYS,
    OTHER_CLIENTS_KEY,
    WRONG,
    build_assertion,
    form_of,
)
from tests.idp_mock.app_side import AGENT0, FORM
from tests.idp_mock.exchange_world import World
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
ACME = "http://localhost:8003/acme"
URL = "/acme/token"


@pytest.fixture
def report0(agent0: App) -> App:
    """Agent0 as a client with a key; all else about it stays."""
    agent0.set_keys(KEYS)
    agent0.save()
    return agent0


def assertion(**override: Any) -> str:
    return build_assertion(**({"client_id": AGENT0.client_id, "audience": ACME} | override))


def post(client: Client, form: dict[str, str], *, url: str = URL, **headers: str) -> HttpResponse:
    return client.post(url, urlencode({"grant_type": "x"} | form), content_type=FORM, headers=headers)


def is_authenticated(answer: HttpResponse) -> bool:
    """Past the client, at the unknown grant; or refused, with the one answer there is."""
    if answer.json()["error"] == "unsupported_grant_type":
        return True
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "invalid_client", "error_description": "Client authentication failed."},
    )
    assert "WWW-Authenticate" not in answer
    assert answer["Cache-Control"] == "no-store"
    return False


@pytest.mark.spec("TX-24", "SEC-19", "SEC-20")
def test_a_client_with_a_key_gets_an_id_jag(client: Client, report0: App, world: World) -> None:
    form = form_of(assertion()) | {name: values[0] for name, values in world.form().items()}
    answer = post(client, form)
    assert answer.status_code == 200, answer.content
    assert answer.json()["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG


def test_it_may_name_itself_in_the_form_but_nobody_else(client: Client, report0: App) -> None:
    assert is_authenticated(post(client, form_of(assertion()) | {"client_id": AGENT0.client_id}))
    assert not is_authenticated(post(client, form_of(assertion()) | {"client_id": "todo0-at-acme"}))


@pytest.mark.spec("SEC-19", "SEC-20", "SEC-21", "SEC-02")
@pytest.mark.parametrize("fault", WRONG)
def test_every_fault_of_an_assertion_gets_the_same_401(client: Client, report0: App, fault: str) -> None:
    assert not is_authenticated(post(client, form_of(assertion(**WRONG[fault]))))
    assert not UsedClientAssertion.objects.exists(), "what is refused burns nothing"
    assert is_authenticated(post(client, form_of(assertion())))


@pytest.mark.parametrize("garbled", GARBLED)
def test_garbage_is_no_assertion(client: Client, report0: App, garbled: str) -> None:
    assert not is_authenticated(post(client, form_of(garbled)))


@pytest.mark.spec("SEC-19")
def test_the_token_endpoints_address_is_no_audience(client: Client, report0: App) -> None:
    assert not is_authenticated(post(client, form_of(assertion(audience=f"{ACME}/token"))))
    assert not is_authenticated(post(client, form_of(assertion(audience="http://localhost:8003/globex"))))


@pytest.mark.spec("SEC-21")
def test_an_assertion_is_good_once(client: Client, report0: App) -> None:
    form = form_of(assertion())
    assert is_authenticated(post(client, form))
    assert not is_authenticated(post(client, form))
    assert is_authenticated(post(client, form_of(assertion())))


@pytest.mark.spec("SEC-21")
def test_what_has_expired_is_forgotten(client: Client, report0: App) -> None:
    assert is_authenticated(post(client, form_of(assertion())))
    UsedClientAssertion.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert is_authenticated(post(client, form_of(assertion())))
    assert UsedClientAssertion.objects.count() == 1


@pytest.mark.spec("SEC-18")
def test_it_refuses_an_assertion_beside_a_secret(client: Client, report0: App) -> None:
    for extra, headers in (({"client_secret": "x"}, {}), ({}, {"Authorization": AGENT0.basic})):
        answer = post(client, form_of(assertion()) | extra, **headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert is_authenticated(post(client, form_of(assertion())))


@pytest.mark.spec("TX-24")
def test_a_client_with_a_key_has_no_secret(client: Client, report0: App) -> None:
    for secret in (AGENT0.secret, "", HASH_OF_NOBODY):
        form = {"client_id": AGENT0.client_id, "client_secret": secret}
        assert not is_authenticated(post(client, form))
    answer = post(client, {}, Authorization=AGENT0.basic)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("SEC-01", "TX-24")
def test_a_client_with_a_secret_has_no_key(client: Client, agent0: App) -> None:
    assert not is_authenticated(post(client, form_of(assertion())))
    by_hmac = assertion(hmac_secret=AGENT0.secret.encode())
    assert not is_authenticated(post(client, form_of(by_hmac)))
    assert is_authenticated(post(client, {}, Authorization=AGENT0.basic))


@pytest.mark.spec("SEC-17")
def test_an_unknown_client_looks_like_a_wrong_key(client: Client, report0: App) -> None:
    unknown = post(client, form_of(assertion(client_id="nobody")))
    wrong = post(client, form_of(assertion(key=OTHER_CLIENTS_KEY)))
    assert (unknown.content, unknown.headers) == (wrong.content, wrong.headers)
    assert not is_authenticated(unknown)


@pytest.mark.parametrize(
    "form",
    [
        {"client_assertion_type": ""},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_assertion": ""},
        {"client_assertion": "", "client_assertion_type": ""},
    ],
)
def test_it_wants_both_parameters_and_a_jwt(client: Client, report0: App, form: dict[str, str]) -> None:
    good = form_of(assertion())
    assert not is_authenticated(post(client, good | form))
    assert is_authenticated(post(client, good))


def test_a_key_of_one_enterprise_opens_nothing_at_another(client: Client, report0: App) -> None:
    at_globex = assertion(audience="http://localhost:8003/globex")
    assert not is_authenticated(post(client, form_of(at_globex), url="/globex/token"))
    assert post(client, form_of(assertion()), url="/nobody/token").status_code == 404


def test_revocation_takes_a_key_as_well(client: Client, report0: App) -> None:
    form = form_of(assertion()) | {"token": "unknown"}
    assert post(client, form, url="/acme/revoke").status_code == 200
    assert post(client, form, url="/acme/revoke").status_code == 401


def test_the_log_says_what_was_wrong_and_never_the_assertion(
    client: Client, report0: App, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = assertion(), assertion(aud="https://other.example")
    with caplog.at_level("DEBUG"):
        post(client, form_of(good))
        post(client, form_of(bad))
    assert f"aud: expected '{ACME}', found 'https://other.example'" in caplog.text
    assert not any(part in caplog.text for one in (good, bad) for part in one.split(".")[1:])


@pytest.mark.parametrize(
    ("method", "jwks", "secret_hash"),
    [
        (App.Authentication.PRIVATE_KEY, KEYS, "sha256$a$b"),
        (App.Authentication.PRIVATE_KEY, {}, ""),
        (App.Authentication.PRIVATE_KEY, {"keys": []}, ""),
        (App.Authentication.PRIVATE_KEY, {"keys": [KEYS["keys"][0] | {"d": "AQAB"}]}, ""),
        (App.Authentication.SECRET, KEYS, "sha256$a$b"),
    ],
)
def test_no_client_is_saved_that_could_be_read_as_two_kinds(
    report0: App, method: str, jwks: dict[str, Any], secret_hash: str
) -> None:
    report0.token_endpoint_auth_method, report0.jwks, report0.secret_hash = method, jwks, secret_hash
    with pytest.raises(ValidationError):
        report0.save()
    report0.set_keys({"keys": [jose.public_jwk(CLIENT_KEY), jose.public_jwk(OTHER_CLIENTS_KEY)]})
    report0.save()


def test_two_keys_stand_side_by_side_while_they_are_exchanged(client: Client, report0: App) -> None:
    report0.set_keys({"keys": [jose.public_jwk(CLIENT_KEY), jose.public_jwk(OTHER_CLIENTS_KEY)]})
    report0.save()
    for key in (CLIENT_KEY, OTHER_CLIENTS_KEY):
        assert is_authenticated(post(client, form_of(assertion(key=key))))
