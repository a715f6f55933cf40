"""R10: not from the future, honouring ``nbf``, and short-lived (RFC 7523 §3 (5), (6))."""

import time

import pytest

from tests.builders import ISSUER, REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-14", "RD-16")
@pytest.mark.parametrize("iat", ["now", None, False, 1.5e9, -1, REMOVED])
def test_it_refuses_what_is_no_time(refused: Redeem, iat: object) -> None:
    refused(build_id_jag(iat=iat), by="R10")


@pytest.mark.spec("RD-14")
def test_it_refuses_one_from_the_future(refused: Redeem, redeem: Redeem) -> None:
    refused(build_id_jag(now=time.time() + 65), by="R10")
    assert redeem(build_id_jag(now=time.time() + 55)).status_code == 200


@pytest.mark.spec("RD-15")
def test_it_honours_not_before(refused: Redeem, redeem: Redeem) -> None:
    refused(build_id_jag(nbf=int(time.time()) + 65), by="R10")
    refused(build_id_jag(nbf="now"), by="R10")
    assert redeem(build_id_jag(nbf=int(time.time()))).status_code == 200


@pytest.mark.spec("RD-14")
@pytest.mark.parametrize("lifetime", [601, 86_400])
def test_it_refuses_one_that_lives_too_long(refused: Redeem, lifetime: int) -> None:
    refused(build_id_jag(exp=int(time.time()) + lifetime), by="R10")


@pytest.mark.spec("RD-14")
def test_it_accepts_one_at_the_limit(redeem: Redeem) -> None:
    now = int(time.time())
    assert redeem(build_id_jag(iat=now, exp=now + 600)).status_code == 200


def test_the_line_of_the_trust_list_has_a_limit_of_its_own(
    redeem: Redeem, refused: Redeem, settings: object
) -> None:
    settings.JWT_BEARER_TRUSTED_ISSUERS = {ISSUER: {"max_lifetime": 120}}  # type: ignore[attr-defined]
    now = int(time.time())
    refused(build_id_jag(iat=now, exp=now + 121), by="R10")
    assert redeem(build_id_jag(iat=now, exp=now + 120)).status_code == 200
