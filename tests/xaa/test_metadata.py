"""Issuer metadata and keys: fetched where the specs say, compared byte for byte, cached with bounds."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import responses

from tests import builders
from tests.builders import IDP_KEY, OTHER_KEY, build_id_jag
from xaa import jose, metadata
from xaa.http import OutgoingHttp
from xaa.metadata import (
    IssuerDirectory,
    IssuerMismatch,
    IssuerUnreachable,
    KeysUnavailable,
    TrustedIssuer,
)

ISSUER = builders.ISSUER
INSERTED = "https://idp.example/.well-known/oauth-authorization-server/acme"
APPENDED = "https://idp.example/acme/.well-known/openid-configuration"
JWKS_URI = f"{ISSUER}/keys"
TRUSTED = TrustedIssuer(ISSUER)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(clock: Clock) -> IssuerDirectory:
    return IssuerDirectory(OutgoingHttp(), clock=clock)


@pytest.fixture
def idp() -> object:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.get(INSERTED, json={"issuer": ISSUER, "jwks_uri": JWKS_URI})
        far_side.get(JWKS_URI, json=builders.jwks(IDP_KEY))
        yield far_side


def fetches(idp: responses.RequestsMock, url: str) -> int:
    return sum(call.request.url == url for call in idp.calls)


@pytest.mark.spec("MD-09", "MC-10")
def test_it_looks_where_both_specs_say() -> None:
    assert metadata.well_known_urls(ISSUER, "oauth") == (INSERTED, APPENDED)
    assert metadata.well_known_urls(ISSUER, "openid") == (APPENDED, INSERTED)
    root = "https://idp.example/.well-known/"
    assert metadata.well_known_urls("https://idp.example", "oauth") == (
        f"{root}oauth-authorization-server",
        f"{root}openid-configuration",
    )
    assert metadata.well_known_urls("https://idp.example/", "oauth")[0] == f"{root}oauth-authorization-server"


@pytest.mark.spec("MC-10")
def test_it_falls_back_to_the_other_document(directory: IssuerDirectory, idp: responses.RequestsMock) -> None:
    idp.replace(responses.GET, INSERTED, status=404)
    idp.get(APPENDED, json={"issuer": ISSUER, "token_endpoint": "t"})
    assert directory.fetch_metadata(ISSUER)["token_endpoint"] == "t"


@pytest.mark.spec("MD-08", "OI-02", "SEC-12")
@pytest.mark.parametrize("found", [f"{ISSUER}/", ISSUER.upper(), "https://evil.example", None, 7])
def test_a_document_of_another_issuer_is_refused(
    directory: IssuerDirectory, idp: responses.RequestsMock, found: object
) -> None:
    idp.replace(responses.GET, INSERTED, json={"issuer": found, "jwks_uri": JWKS_URI})
    with pytest.raises(IssuerMismatch, match="expected issuer") as caught:
        directory.fetch_metadata(ISSUER)
    assert (caught.value.expected, caught.value.found) == (ISSUER, found)


def test_metadata_and_keys_are_fetched_once_and_again_when_old(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    for _ in range(3):
        directory.verify(build_id_jag(), TRUSTED)
    assert (fetches(idp, INSERTED), fetches(idp, JWKS_URI)) == (1, 1)
    clock.now += metadata.KEYS_FRESH_FOR
    directory.verify(build_id_jag(), TRUSTED)
    assert fetches(idp, JWKS_URI) == 2


@pytest.mark.spec("SEC-04")
def test_made_up_key_ids_drive_no_traffic(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    directory.verify(build_id_jag(), TRUSTED)
    for _ in range(5):
        clock.now += 1
        with pytest.raises(jose.UnknownKey):
            directory.verify(build_id_jag(key=OTHER_KEY), TRUSTED)
    assert fetches(idp, JWKS_URI) == 1
    clock.now += metadata.REFETCH_COOLDOWN
    idp.replace(responses.GET, JWKS_URI, json=builders.jwks(IDP_KEY, OTHER_KEY))
    directory.verify(build_id_jag(key=OTHER_KEY), TRUSTED)
    assert fetches(idp, JWKS_URI) == 2


@pytest.mark.spec("SEC-07")
def test_the_last_good_keys_outlive_a_short_outage_and_no_longer(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    directory.verify(build_id_jag(), TRUSTED)
    idp.replace(responses.GET, JWKS_URI, status=503)
    clock.now += metadata.KEYS_FRESH_FOR
    directory.verify(build_id_jag(), TRUSTED)
    clock.now += metadata.KEYS_USABLE_FOR
    with pytest.raises(KeysUnavailable, match="found 503"):
        directory.verify(build_id_jag(), TRUSTED)


@pytest.mark.spec("SEC-09")
def test_a_withdrawn_key_stops_verifying_within_the_bound(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    directory.verify(build_id_jag(), TRUSTED)
    idp.replace(responses.GET, JWKS_URI, json=builders.jwks(OTHER_KEY))
    clock.now += metadata.KEYS_FRESH_FOR
    with pytest.raises(jose.UnknownKey):
        directory.verify(build_id_jag(), TRUSTED)


def test_an_issuer_that_is_down_is_asked_now_and_then_only(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    idp.replace(responses.GET, JWKS_URI, status=503)
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            directory.verify(build_id_jag(), TRUSTED)
    assert fetches(idp, JWKS_URI) == 1
    clock.now += metadata.FAILURE_COOLDOWN
    idp.replace(responses.GET, JWKS_URI, json=builders.jwks(IDP_KEY))
    directory.verify(build_id_jag(), TRUSTED)


@pytest.mark.spec("SEC-07", "SEC-09")
def test_keys_that_outlived_the_hard_limit_stay_refused_however_often_they_are_asked_for(
    directory: IssuerDirectory, idp: responses.RequestsMock, clock: Clock
) -> None:
    directory.verify(build_id_jag(), TRUSTED)
    idp.replace(responses.GET, JWKS_URI, status=503)
    clock.now += metadata.KEYS_USABLE_FOR
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            directory.verify(build_id_jag(), TRUSTED)
        clock.now += 1


@pytest.fixture
def slow_to_fail(idp: responses.RequestsMock, clock: Clock) -> responses.RequestsMock:
    """An issuer that takes the connection and then says nothing: each call costs its whole time limit."""

    def time_out(_request: object) -> None:
        clock.now += 5
        time.sleep(0.2)
        raise requests.ReadTimeout

    idp.reset()
    for url in (INSERTED, APPENDED):
        idp.add_callback(responses.GET, url, time_out)
    return idp


def test_an_issuer_that_fails_slowly_is_asked_now_and_then_only(
    directory: IssuerDirectory, slow_to_fail: responses.RequestsMock, clock: Clock
) -> None:
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            directory.verify(build_id_jag(), TRUSTED)
    assert len(slow_to_fail.calls) == 2, "both addresses, once"
    clock.now += metadata.FAILURE_COOLDOWN
    slow_to_fail.replace(responses.GET, INSERTED, json={"issuer": ISSUER, "jwks_uri": JWKS_URI})
    slow_to_fail.get(JWKS_URI, json=builders.jwks(IDP_KEY))
    directory.verify(build_id_jag(), TRUSTED)


def test_who_waited_behind_a_failed_fetch_fails_with_it(
    directory: IssuerDirectory, slow_to_fail: responses.RequestsMock
) -> None:
    """Otherwise a silent issuer holds a thread for its time limit once for each of them, one after the other."""

    def ask(_number: int) -> None:
        with pytest.raises(IssuerUnreachable):
            directory.fetch_metadata(ISSUER, kind="openid")

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(ask, range(8)))
    assert len(slow_to_fail.calls) == 2, "both addresses, once"
    with pytest.raises(IssuerUnreachable, match="ReadTimeout"):  # who comes later asks anew
        directory.fetch_metadata(ISSUER, kind="openid")


@pytest.mark.spec("SEC-15")
@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/jsonp", "", "json"])
def test_a_document_that_does_not_say_it_is_json_is_not_read(
    directory: IssuerDirectory, idp: responses.RequestsMock, media_type: str
) -> None:
    good = json.dumps({"issuer": ISSUER, "jwks_uri": JWKS_URI})
    idp.replace(responses.GET, INSERTED, body=good, content_type=media_type)
    with pytest.raises(IssuerUnreachable, match="expected JSON"):
        directory.fetch_metadata(ISSUER)


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "Application/JSON", "application/jwk-set+json"]
)
def test_a_key_set_may_say_so_in_several_ways(
    directory: IssuerDirectory, idp: responses.RequestsMock, media_type: str
) -> None:
    keys = json.dumps(builders.jwks(IDP_KEY))
    idp.replace(responses.GET, JWKS_URI, body=keys, content_type=media_type)
    assert directory.verify(build_id_jag(), TRUSTED).claims["iss"] == ISSUER


@pytest.mark.spec("RD-07")
def test_the_keys_of_one_issuer_never_verify_for_another(
    directory: IssuerDirectory, idp: responses.RequestsMock
) -> None:
    globex = TrustedIssuer("https://idp.example/globex", jwks_uri="https://idp.example/globex/keys")
    idp.get(globex.jwks_uri, json=builders.jwks(OTHER_KEY))
    directory.verify(build_id_jag(), TRUSTED)
    with pytest.raises(jose.UnknownKey):
        directory.verify(build_id_jag(), globex)
