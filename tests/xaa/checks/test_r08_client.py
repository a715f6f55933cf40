"""R8: made out to the client that presents it (ID-JAG §4.4.1). ``test_r08_key`` has its second half."""

import pytest

from tests import builders
from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem, register_client

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-17", "RD-16", "JAG-08")
@pytest.mark.parametrize(
    "client_id", ["agent0-at-acme", builders.CLIENT_ID.upper(), "", None, 7, [builders.CLIENT_ID], REMOVED]
)
def test_it_refuses_another_name(refused: Redeem, client_id: object) -> None:
    refused(build_id_jag(client_id=client_id), by="R8")


@pytest.mark.spec("RD-17")
def test_a_stolen_id_jag_is_worthless_to_another_client(refused: Redeem, redeem: Redeem) -> None:
    register_client("evil0-at-todo0")
    stolen = build_id_jag()
    refused(stolen, by="R8", client_id="evil0-at-todo0")
    assert redeem(stolen).status_code == 200, "the theft has not burnt it"


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(client_id=builders.CLIENT_ID)).status_code == 200
