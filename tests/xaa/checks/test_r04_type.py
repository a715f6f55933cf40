"""R4: the JWT says it is an ID-JAG (ID-JAG §3.1; RFC 8725 §3.11)."""

import pytest

from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from xaa import protocol

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-06", "JAG-01", "JAG-29")
@pytest.mark.parametrize(
    "typ",
    ["JWT", "at+jwt", "logout+jwt", "oauth-id-jag-jwt", "OAUTH-ID-JAG+JWT", "application/oauth-id-jag+jwt", "x"],
)
def test_it_refuses_any_other_type(refused: Redeem, typ: str) -> None:
    refused(build_id_jag(typ=typ), by="R4")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(typ=protocol.TYP_ID_JAG)).status_code == 200
