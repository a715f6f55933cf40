"""R1 with a key: a client signs instead of sending a secret (RFC 7523 §2.2), and is held to it."""

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import Application

from tests import builders
from tests.builders import build_id_jag
from tests.client_assertions import GARBLED, KEYS, OTHER_CLIENTS_KEY, WRONG, build_assertion, form_of
from tests.xaa.checks.test_r01_client import post_with_header
from tests.xaa.conftest import SECRET, Redeem
from xaa import client_assertion
from xaa.jwt_bearer import replay
from xaa.jwt_bearer.models import CrossAppClient, RedeemedIdJag, UsedClientAssertion

pytestmark = pytest.mark.django_db
NO_SECRET: dict[str, None] = {"client_id": None, "client_secret": None}  # type: ignore[dict-item]


@pytest.fixture
def report0(agent0: Application) -> CrossAppClient:
    """Agent0 as a client with a key; its old secret is still in its row."""
    client = CrossAppClient.objects.get(application=agent0)
    client.jwks = KEYS
    client.save()
    return client


def assertion(**override: Any) -> str:
    return build_assertion(**({"client_id": builders.CLIENT_ID, "audience": builders.RESOURCE_AS} | override))


def is_refused(answer: HttpResponse) -> bool:
    """As any failed client authentication is; a success is not."""
    if answer.status_code == 200:
        return False
    body = {"error": "invalid_client", "error_description": "Client authentication failed."}
    assert (answer.status_code, answer.json()) == (401, body)
    assert answer["Cache-Control"] == "no-store"
    assert not RedeemedIdJag.objects.exists()
    return True


@pytest.mark.spec("RD-02", "SEC-19", "SEC-20")
def test_a_client_with_a_key_redeems(redeem: Redeem, report0: CrossAppClient) -> None:
    answer = redeem(build_id_jag(), **NO_SECRET, **form_of(assertion()))
    assert answer.status_code == 200, answer.content


def test_the_form_may_name_the_assertions_client_and_no_other(redeem: Redeem, report0: CrossAppClient) -> None:
    """RFC 7521 §4.2."""
    assert is_refused(redeem(build_id_jag(), client_id="other", client_secret=None, **form_of(assertion())))
    assert not UsedClientAssertion.objects.exists()
    assert not is_refused(redeem(build_id_jag(), client_secret=None, **form_of(assertion())))


@pytest.mark.spec("SEC-19", "SEC-20", "SEC-21", "SEC-02", "RD-04")
@pytest.mark.parametrize("fault", WRONG)
def test_every_fault_of_an_assertion_gets_the_same_401(
    redeem: Redeem, report0: CrossAppClient, fault: str
) -> None:
    form = form_of(assertion(**WRONG[fault]))
    assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form))
    assert not UsedClientAssertion.objects.exists(), "what is refused burns nothing"
    assert not is_refused(redeem(build_id_jag(), **NO_SECRET, **form_of(assertion())))


@pytest.mark.parametrize("garbled", GARBLED)
def test_garbage_is_no_assertion(redeem: Redeem, report0: CrossAppClient, garbled: str) -> None:
    assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form_of(garbled)))


@pytest.mark.spec("SEC-21")
def test_an_assertion_is_good_once(redeem: Redeem, report0: CrossAppClient) -> None:
    form = form_of(assertion())
    assert not is_refused(redeem(build_id_jag(), **NO_SECRET, **form))
    RedeemedIdJag.objects.all().delete()
    assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form))
    assert not is_refused(redeem(build_id_jag(), **NO_SECRET, **form_of(assertion())))


@pytest.mark.spec("SEC-21")
@pytest.mark.django_db(transaction=True)
def test_of_racing_requests_with_one_assertion_one_wins() -> None:
    won: list[bool] = []

    def race() -> None:
        won.append(replay.claim_client_assertion("report0", "one", 2_000_000_000))
        connection.close()

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def test_a_jti_is_one_clients_alone(db: None) -> None:
    for client_id in ("report0", "report", "other"):
        assert replay.claim_client_assertion(client_id, "0-one", 2_000_000_000)
    assert replay.claim(issuer="report0", jti="0-one", keep_until=2_000_000_000), "an ID-JAG's is another matter"
    UsedClientAssertion.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert replay.forget_expired() == 3


@pytest.mark.spec("SEC-18")
def test_it_refuses_an_assertion_beside_a_secret(redeem: Redeem, report0: CrossAppClient) -> None:
    in_the_form = redeem(build_id_jag(), **form_of(assertion()))
    in_the_header = post_with_header(build_id_jag(), SECRET, **form_of(assertion()))
    for answer in (in_the_form, in_the_header):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert not UsedClientAssertion.objects.exists()


def test_a_client_with_a_key_has_no_secret(redeem: Redeem, report0: CrossAppClient) -> None:
    assert is_refused(redeem(build_id_jag()))
    assert is_refused(post_with_header(build_id_jag(), SECRET))
    Application.objects.update(client_secret="")
    assert is_refused(redeem(build_id_jag(), secret=""))
    assert is_refused(redeem(build_id_jag(), client_secret=None))


def test_a_client_with_a_key_must_use_it_with_every_grant(redeem: Redeem, report0: CrossAppClient) -> None:
    """Even one that the toolkit calls public, and would let in by its id alone."""
    Application.objects.update(client_type=Application.CLIENT_PUBLIC)
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": "https://agent.example/callback"}
    answer = redeem(None, client_secret=None, **form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = redeem(None, client_secret=None, **form, **form_of(assertion()))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("SEC-02", "RD-02")
def test_a_client_with_a_secret_has_no_key(redeem: Redeem, agent0: Application) -> None:
    assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form_of(assertion())))
    by_hmac = assertion(hmac_secret=SECRET.encode())
    assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form_of(by_hmac)))
    assert not is_refused(redeem(build_id_jag()))


@pytest.mark.spec("SEC-17")
def test_an_unknown_client_looks_like_a_wrong_key(redeem: Redeem, report0: CrossAppClient) -> None:
    unknown = redeem(build_id_jag(), **NO_SECRET, **form_of(assertion(client_id="nobody")))
    wrong = redeem(build_id_jag(), **NO_SECRET, **form_of(assertion(key=OTHER_CLIENTS_KEY)))
    assert is_refused(unknown)
    assert (unknown.content, unknown.headers) == (wrong.content, wrong.headers)


@pytest.mark.parametrize("missing", ["client_assertion", "client_assertion_type"])
def test_it_wants_both_parameters(redeem: Redeem, report0: CrossAppClient, missing: str) -> None:
    form = form_of(assertion())
    for value in (None, "", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"):
        assert is_refused(redeem(build_id_jag(), **NO_SECRET, **form | {missing: value}))
    assert not is_refused(redeem(build_id_jag(), **NO_SECRET, **form))


@pytest.mark.spec("RD-05")
def test_a_key_alone_allows_no_grant(redeem: Redeem, report0: CrossAppClient) -> None:
    Application.objects.update(client_type=Application.CLIENT_PUBLIC)
    answer = redeem(build_id_jag(), **NO_SECRET, **form_of(assertion()))
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_it_costs_one_statement_more_than_a_secret(redeem: Redeem, report0: CrossAppClient) -> None:
    redeem(build_id_jag(), **NO_SECRET, **form_of(assertion()))  # fetches the keys
    with CaptureQueriesContext(connection) as with_key:
        redeem(build_id_jag(), **NO_SECRET, **form_of(assertion()))
    report0.jwks = {}
    report0.save()
    with CaptureQueriesContext(connection) as with_secret:
        redeem(build_id_jag())
    assert len(with_key) == len(with_secret) + 1


@pytest.mark.parametrize("jwks", ["x", {"keys": []}, {"keys": [KEYS["keys"][0] | {"d": "AQAB"}]}])
def test_no_unusable_or_private_key_is_saved(report0: CrossAppClient, jwks: object) -> None:
    report0.jwks = jwks
    with pytest.raises(ValidationError):
        report0.save()


@pytest.mark.spec("MD-17")
def test_the_metadata_offers_it_where_it_works(client: Any) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json()
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    assert document["token_endpoint_auth_signing_alg_values_supported"] == list(client_assertion.ALGORITHMS)
    assert "revocation_endpoint_auth_methods_supported" not in document, "this project mounts none"


def test_the_log_says_what_was_wrong_and_never_the_assertion(
    redeem: Redeem, report0: CrossAppClient, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = assertion(), assertion(aud="https://other.example")
    with caplog.at_level("DEBUG", logger="xaa"):
        redeem(build_id_jag(), **NO_SECRET, **form_of(good))
        redeem(build_id_jag(), **NO_SECRET, **form_of(bad))
    assert "C4 check_audience failed aud: expected 'https://todo.example'" in caplog.text
    assert not any(part in caplog.text for one in (good, bad) for part in one.split(".")[1:])
