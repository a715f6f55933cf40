"""R14: no more than the IdP granted, the client may have, and the form asks for (ID-JAG §4.4.1; RFC 7521 §4.1)."""

import pytest

from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer.models import CrossAppClient

pytestmark = pytest.mark.django_db


@pytest.mark.spec("JAG-13", "RD-27")
@pytest.mark.parametrize("scope", [["todos.read"], 7, None, {}])
def test_it_refuses_a_scope_that_is_no_string(refused: Redeem, scope: object) -> None:
    refused(build_id_jag(scope=scope), by="R14")


@pytest.mark.spec("RD-28")
def test_a_missing_scope_is_nothing_and_not_everything(refused: Redeem) -> None:
    for absent in (REMOVED, "", "  "):
        refused(build_id_jag(scope=absent), by="R14", error="invalid_scope")


@pytest.mark.spec("RD-27")
def test_the_form_may_not_widen(refused: Redeem, redeem: Redeem) -> None:
    refused(build_id_jag(scope="todos.read"), by="R14", error="invalid_scope", scope="todos.read todos.write")
    assert redeem(build_id_jag(), scope="todos.read").json()["scope"] == "todos.read"


@pytest.mark.spec("RD-27")
def test_the_registration_narrows(refused: Redeem, redeem: Redeem) -> None:
    CrossAppClient.objects.update(allowed_scopes="todos.read")
    assert redeem(build_id_jag()).json()["scope"] == "todos.read"


@pytest.mark.spec("RD-27")
def test_nothing_left_is_a_refusal(refused: Redeem) -> None:
    refused(build_id_jag(scope="calendar.read"), by="R14", error="invalid_scope")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag()).json()["scope"] == "todos.read todos.write"
