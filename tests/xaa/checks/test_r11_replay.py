"""R11: redeemed once, by whichever of many racing requests comes first (RFC 7523 §3 (7))."""

import threading
import time

import pytest
from django.db import connection
from oauth2_provider.models import AccessToken

from tests.builders import ISSUER, REMOVED, build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer import replay
from xaa.jwt_bearer.models import RedeemedIdJag


@pytest.mark.django_db
@pytest.mark.spec("RD-16", "JAG-09")
@pytest.mark.parametrize("jti", ["", "a" * 256, "\x00", None, 7, REMOVED])
def test_it_refuses_what_is_no_jti(refused: Redeem, jti: object) -> None:
    refused(build_id_jag(jti=jti), by="R11")


@pytest.mark.django_db
@pytest.mark.spec("RD-20")
def test_the_second_redemption_is_refused(redeem: Redeem) -> None:
    id_jag = build_id_jag()
    assert redeem(id_jag).status_code == 200
    answer = redeem(id_jag)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert AccessToken.objects.count() == 1


@pytest.mark.django_db
def test_a_setting_allows_resubmission(redeem: Redeem, settings: object) -> None:
    settings.JWT_BEARER_SINGLE_USE = False  # type: ignore[attr-defined]
    id_jag = build_id_jag()
    assert [redeem(id_jag).status_code for _ in range(2)] == [200, 200]


@pytest.mark.django_db
@pytest.mark.parametrize(("for_all", "for_this_issuer", "second"), [(True, False, 200), (False, True, 400)])
def test_the_line_of_the_trust_list_says_otherwise(
    redeem: Redeem, settings: object, for_all: bool, for_this_issuer: bool, second: int
) -> None:
    settings.JWT_BEARER_SINGLE_USE = for_all  # type: ignore[attr-defined]
    settings.JWT_BEARER_TRUSTED_ISSUERS = {ISSUER: {"single_use": for_this_issuer}}  # type: ignore[attr-defined]
    id_jag = build_id_jag()
    assert [redeem(id_jag).status_code for _ in range(2)] == [200, second]


@pytest.mark.django_db
@pytest.mark.spec("RD-21")
def test_a_refused_one_still_works_when_presented_rightly(refused: Redeem, redeem: Redeem) -> None:
    id_jag = build_id_jag()
    refused(id_jag, by="R14", error="invalid_scope", scope="admin")
    assert redeem(id_jag).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RD-20", "SEC-11")
def test_of_many_racing_redemptions_exactly_one_wins(redeem: Redeem) -> None:
    redeem(build_id_jag())  # the keys are cached
    id_jag, statuses, start = build_id_jag(), [], threading.Barrier(8)

    def race() -> None:
        start.wait()
        try:
            statuses.append(redeem(id_jag).status_code)
        finally:
            connection.close()

    racers = [threading.Thread(target=race) for _ in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(statuses) == [200] + [400] * 7


@pytest.mark.django_db
def test_expired_rows_are_forgotten_and_live_ones_kept() -> None:
    now = time.time()
    for number in range(5):
        assert replay.claim(issuer="i", jti=str(number), keep_until=now - 1)
    assert replay.claim(issuer="i", jti="live", keep_until=now + 60)
    assert replay.forget_expired(batch=2) == 5
    assert not replay.claim(issuer="i", jti="live", keep_until=now + 60)
    assert RedeemedIdJag.objects.count() == 1


@pytest.mark.django_db
def test_issuer_and_jti_cannot_be_shifted_into_one_another() -> None:
    assert replay.claim(issuer="ab", jti="c", keep_until=time.time() + 60)
    assert replay.claim(issuer="a", jti="bc", keep_until=time.time() + 60)
