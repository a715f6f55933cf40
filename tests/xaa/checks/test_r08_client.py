"""R8: made out to the client that presents it, and needing no proof we do not check (ID-JAG §4.4.1, §9.8)."""

import pytest

from tests import builders
from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem, register_client

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-17", "JAG-08")
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


@pytest.mark.spec("PP-06", "PP-14")
@pytest.mark.parametrize("cnf", [{"jkt": "x"}, {"x5t#S256": "x"}, {}])
def test_it_refuses_one_bound_to_a_key(refused: Redeem, cnf: object) -> None:
    refused(build_id_jag(cnf=cnf), by="R8")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(client_id=builders.CLIENT_ID)).status_code == 200
