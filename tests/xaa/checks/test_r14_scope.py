"""R14: no more than the IdP granted, the client may have, and the form asks for (ID-JAG §4.4.1; RFC 7521 §4.1)."""

import pytest

from tests.builders import REMOVED, RESOURCE, build_id_jag
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


@pytest.mark.spec("RD-27")
def test_where_the_forms_scope_is_no_parameter_nobody_reads_it(redeem: Redeem, settings: object) -> None:
    settings.JWT_BEARER_SCOPE_PARAMETER = "ignored"  # type: ignore[attr-defined]
    assert redeem(build_id_jag(), scope="todos.read").json()["scope"] == "todos.read todos.write"
    assert redeem(build_id_jag(scope="todos.read"), scope="todos.write").json()["scope"] == "todos.read"


MCP = "https://todo.example/mcp"


@pytest.mark.spec("RD-27")
def test_no_api_gets_a_scope_that_it_does_not_have(refused: Redeem, redeem: Redeem, settings: object) -> None:
    settings.JWT_BEARER_RESOURCES = (RESOURCE, MCP)  # type: ignore[attr-defined]
    settings.JWT_BEARER_RESOURCE_SCOPES = {MCP: ("todos.read",)}  # type: ignore[attr-defined]
    refused(build_id_jag(resource=MCP, scope="todos.write"), by="R14", error="invalid_scope")
    assert redeem(build_id_jag(resource=MCP)).json()["scope"] == "todos.read"
    assert redeem(build_id_jag()).json()["scope"] == "todos.read todos.write", "of which nothing is said"
    both = redeem(build_id_jag(resource=[RESOURCE, MCP]))
    assert both.json()["scope"] == "todos.read", "one token for both would carry it there, too"


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag()).json()["scope"] == "todos.read todos.write"
