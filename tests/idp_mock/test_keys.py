"""Signing keys: sealed, published, rotated."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.keys.sealing import seal, unseal
from xaa import jose

pytestmark = pytest.mark.django_db
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "k"}


def kids(browser: Client) -> set[str]:
    return {key["kid"] for key in browser.get("/acme/keys").json()["keys"]}


@pytest.mark.spec("MD-18")
@pytest.mark.parametrize("url", ["/acme/keys", "/acme/oauth2/v1/keys"])
def test_the_jwks_holds_public_keys_only(browser: Client, url: str) -> None:
    response = browser.get(url)
    keys = response.json()["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    for key in keys:
        assert set(key) >= {"kid", "use", "alg", "kty"}
        assert not PRIVATE_MEMBERS & set(key)
        assert key["use"] == "sig"
    assert response["Cache-Control"] == "public, max-age=300"


@pytest.mark.spec("MD-18", "SEC-08")
def test_the_next_key_is_published_before_it_signs(browser: Client, acme: Enterprise) -> None:
    announced = set(SigningKeyRecord.objects.filter(enterprise=acme, status="next").values_list("kid", flat=True))
    assert announced <= kids(browser)
    assert keystore.load_active_key(acme).kid not in announced
    keystore.rotate(acme, now=clock.now())
    assert keystore.load_active_key(acme).kid in announced


@pytest.mark.spec("SEC-08")
def test_a_rotation_keeps_the_old_key_published_for_a_while(browser: Client, acme: Enterprise) -> None:
    old = keystore.load_active_key(acme).kid
    now = clock.now()
    keystore.rotate(acme, now=now)
    assert old in kids(browser)
    keystore.rotate(acme, now=now + timedelta(minutes=5))
    assert old in kids(browser)
    keystore.rotate(acme, now=now + timedelta(minutes=20))
    assert old not in kids(browser)


@pytest.mark.spec("SEC-09")
def test_a_hard_rotation_takes_old_keys_out_at_once(browser: Client, acme: Enterprise) -> None:
    keystore.rotate(acme, now=clock.now())
    signing = set(
        SigningKeyRecord.objects.filter(enterprise=acme, status__in=("active", "retiring")).values_list(
            "kid", flat=True
        )
    )
    keystore.rotate(acme, now=clock.now(), hard=True)
    assert not signing & kids(browser)
    assert len(kids(browser)) == 4  # one that signs and one announced, for each algorithm


def test_a_rotation_at_one_enterprise_is_none_at_another(acme: Enterprise, globex: Enterprise) -> None:
    before = keystore.load_active_key(globex).kid
    keystore.rotate(acme, now=clock.now())
    globex.refresh_from_db()
    assert keystore.load_active_key(globex).kid == before


def test_two_enterprises_share_no_key(browser: Client, acme: Enterprise, globex: Enterprise) -> None:
    theirs = {key["kid"] for key in browser.get("/globex/keys").json()["keys"]}
    assert not theirs & kids(browser)


def test_another_process_sees_a_rotation_at_its_next_request(acme: Enterprise) -> None:
    """Its memory of the keys goes by a name in the enterprise's row, and the row is read in every request."""
    before = keystore.load_active_key(acme).kid
    keystore.rotate(Enterprise.objects.get(pk=acme.pk), now=clock.now())
    assert keystore.load_active_key(acme).kid == before  # a request that had begun
    assert keystore.load_active_key(Enterprise.objects.get(pk=acme.pk)).kid != before


def test_keys_in_memory_cost_no_statement(
    acme: Enterprise, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    keystore.load_active_key(acme)
    with django_assert_num_queries(0):
        keystore.load_active_key(acme)
        keystore.load_signing_key(acme, alg="RS256")
        keystore.load_published_keys(acme)
        keystore.load_jwks(acme)


def test_an_algorithm_without_a_key_is_an_error_with_a_name(acme: Enterprise) -> None:
    with pytest.raises(keystore.NoSigningKey, match="acme has no active PS256 key"):
        keystore.load_signing_key(acme, alg="PS256")


def test_private_keys_are_sealed_in_the_database(acme: Enterprise) -> None:
    for record in SigningKeyRecord.objects.filter(enterprise=acme):
        assert "PRIVATE KEY" not in record.private_pem
        key = jose.load_signing_key(unseal(record.private_pem), alg=record.alg, kid=record.kid)
        assert jose.public_jwk(key) == record.public_jwk
        assert not PRIVATE_MEMBERS & set(json.loads(json.dumps(record.public_jwk)))


def test_another_secret_key_cannot_unseal_and_says_how_to_mend_it(settings: pytest.FixtureRequest) -> None:
    sealed = seal("pem")
    assert unseal(sealed) == "pem"
    settings.SECRET_KEY = "another"
    with pytest.raises(ImproperlyConfigured, match="IDP_SECRET_KEY"):
        unseal(sealed)
