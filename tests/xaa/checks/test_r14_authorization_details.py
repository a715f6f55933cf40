"""R14: details that limit a scope are understood and kept, or all is refused (RFC 9396 §5; ID-JAG §4.4.1)."""

import json
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from tests.xaa.details import TYPE
from xaa.jwt_bearer.models import CrossAppClient

pytestmark = pytest.mark.django_db
REFUSED = {"by": "R14", "error": "invalid_authorization_details"}
ACTIONS = ["read", "create"]
GOOD = {"type": TYPE, "locations": [builders.RESOURCE], "actions": ACTIONS}


def lacking(member: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != member}


@pytest.fixture
def knowing(settings: Any) -> None:
    settings.JWT_BEARER_DETAILS_TYPES = {TYPE: "tests.xaa.details.decide"}


@pytest.mark.spec("RA-07")
@pytest.mark.parametrize("details", [[GOOD], [{"type": "todo"}], "[]", [], None])
def test_a_server_that_knows_no_type_refuses_what_it_would_have_to_drop(refused: Redeem, details: object) -> None:
    refused(build_id_jag(authorization_details=details), by="R14")


@pytest.mark.spec("RA-03")
def test_a_server_that_knows_no_type_says_so_to_a_form_that_has_details(refused: Redeem) -> None:
    refused(build_id_jag(), **REFUSED, authorization_details=json.dumps([GOOD]))


@pytest.mark.spec("RA-02", "RA-06", "RD-29", "AT-02")
@pytest.mark.usefixtures("knowing")
def test_it_grants_what_the_id_jag_says_and_returns_it(redeem: Redeem) -> None:
    several = [GOOD, GOOD | {"actions": ["delete"]}]
    for details in ([GOOD], several):
        answer = redeem(build_id_jag(authorization_details=details)).json()
        assert answer["authorization_details"] == details
        assert answer["scope"] == "todos.read todos.write"


@pytest.mark.usefixtures("knowing")
def test_without_details_there_are_none(redeem: Redeem) -> None:
    assert "authorization_details" not in redeem(build_id_jag()).json()
    assert "authorization_details" not in redeem(build_id_jag(), authorization_details="").json()


@pytest.mark.spec("RA-02", "RA-03", "RD-29")
@pytest.mark.parametrize(
    "details",
    [
        json.dumps([GOOD]),
        [],
        {},
        GOOD,
        None,
        7,
        [GOOD, "text"],
        [[GOOD]],
        [lacking("type")],
        [GOOD | {"type": 7}],
        [GOOD | {"type": ""}],
        [GOOD | {"type": f"{TYPE}/"}],
        [GOOD, {"type": "https://other.example/type"}],
        [lacking("actions")],
        [lacking("locations")],
        [GOOD | {"privileges": ["admin"]}],
        [GOOD | {"actions": "read"}],
        [GOOD | {"actions": []}],
        [GOOD | {"actions": ["read", "READ"]}],
        [GOOD | {"actions": ["read", 7]}],
        [GOOD | {"actions": [["read"]]}],
        [GOOD | {"locations": ["https://other.example/api"]}],
        [GOOD | {"locations": [builders.RESOURCE + "/"]}],
        [GOOD] * 21,
    ],
)
@pytest.mark.usefixtures("knowing")
def test_it_refuses_what_is_not_of_the_type(refused: Redeem, details: object) -> None:
    refused(build_id_jag(authorization_details=details), **REFUSED)


@pytest.mark.spec("RA-02", "RA-03")
@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        json.dumps(GOOD),
        json.dumps(json.dumps([GOOD])),
        json.dumps([GOOD])[:-2] + ',"actions":["read"]}]',
        json.dumps([GOOD | {"limit": 1}]).replace("1", "NaN"),
        "[" * 3000,
        json.dumps([GOOD | {"actions": ["read"] * 1000}]),
        json.dumps([GOOD | {"type": "https://other.example/type"}]),
    ],
)
@pytest.mark.usefixtures("knowing")
def test_it_refuses_a_form_that_it_cannot_read(refused: Redeem, text: str) -> None:
    refused(build_id_jag(), **REFUSED, authorization_details=text)


@pytest.mark.spec("RA-10", "RA-02")
@pytest.mark.usefixtures("knowing")
def test_the_form_may_narrow_but_not_widen(refused: Redeem, redeem: Redeem) -> None:
    less, more = GOOD | {"actions": ["read"]}, GOOD | {"actions": ["read", "delete"]}
    refused(build_id_jag(authorization_details=[GOOD]), **REFUSED, authorization_details=json.dumps([more]))
    answer = redeem(build_id_jag(authorization_details=[GOOD]), authorization_details=json.dumps([less])).json()
    assert answer["authorization_details"] == [less]


@pytest.mark.spec("RA-10")
@pytest.mark.usefixtures("knowing")
def test_the_form_may_narrow_the_scope_of_an_id_jag_without_details(redeem: Redeem) -> None:
    answer = redeem(build_id_jag(), authorization_details=json.dumps([GOOD])).json()
    assert answer["authorization_details"] == [GOOD]


@pytest.mark.spec("RA-03")
@pytest.mark.usefixtures("knowing")
def test_a_form_that_leaves_an_object_out_does_not_get_it_past_the_check(refused: Redeem) -> None:
    unknown = {"type": "https://other.example/type"}
    id_jag = build_id_jag(authorization_details=[GOOD, unknown])
    refused(id_jag, **REFUSED, authorization_details=json.dumps([GOOD]))


@pytest.mark.spec("RA-04", "RA-10")
@pytest.mark.usefixtures("knowing")
def test_they_stay_within_the_scope_and_the_resource_that_are_granted(refused: Redeem, redeem: Redeem) -> None:
    CrossAppClient.objects.update(allowed_scopes="todos.read")
    answer = redeem(build_id_jag(authorization_details=[GOOD, GOOD | {"actions": ["delete"]}])).json()
    assert (answer["scope"], answer["authorization_details"]) == ("todos.read", [GOOD | {"actions": ["read"]}])
    refused_one = build_id_jag(authorization_details=[GOOD | {"actions": ["delete"]}])
    CrossAppClient.objects.update(allowed_scopes="todos.read")
    assert redeem(refused_one).json()["error"] == "invalid_authorization_details"


@pytest.mark.spec("RA-10")
def test_a_type_that_decides_for_more_than_was_asked_issues_nothing(redeem: Redeem, settings: Any) -> None:
    settings.JWT_BEARER_DETAILS_TYPES = {TYPE: "tests.xaa.details.widen"}
    with pytest.raises(TypeError, match="found more"):
        redeem(build_id_jag(authorization_details=[GOOD]))


@pytest.mark.spec("RA-08")
def test_metadata_names_the_types_only_if_there_are_some(settings: Any) -> None:
    address = "/.well-known/oauth-authorization-server"
    assert "authorization_details_types_supported" not in Client().get(address).json()
    settings.JWT_BEARER_DETAILS_TYPES = {TYPE: "tests.xaa.details.decide"}
    assert Client().get(address).json()["authorization_details_types_supported"] == [TYPE]
