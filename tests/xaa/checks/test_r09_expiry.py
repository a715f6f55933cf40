"""R9: it has not expired, give or take the leeway (RFC 7523 §3 (4))."""

import time

import pytest

from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-13", "JAG-10")
@pytest.mark.parametrize("exp", ["soon", None, True, 1.5e9, -1, 0, 2**63, [9], REMOVED])
def test_it_refuses_what_is_no_time(refused: Redeem, exp: object) -> None:
    refused(build_id_jag(exp=exp), by="R9")


@pytest.mark.spec("RD-13", "SEC-10")
def test_it_refuses_after_expiry_and_leeway(refused: Redeem) -> None:
    refused(build_id_jag(now=time.time() - 361), by="R9")


@pytest.mark.spec("SEC-10")
def test_it_accepts_within_the_leeway(redeem: Redeem) -> None:
    assert redeem(build_id_jag(now=time.time() - 355)).status_code == 200
