"""R13: every resource is ours, and the token is for those alone (RFC 8707 §2; ID-JAG §4.4.1)."""

import pytest
from oauth2_provider.models import AccessToken

from tests import builders
from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db
API = builders.RESOURCE


@pytest.mark.spec("RD-23", "RD-24")
@pytest.mark.parametrize(
    "resource",
    [f"{API}/", "https://other.example/api", [API, "https://other.example/api"], "", [""], [7], 7, None, {}],
)
def test_it_refuses_what_is_not_ours(refused: Redeem, resource: object) -> None:
    refused(build_id_jag(resource=resource), by="R13")


@pytest.mark.spec("RD-25", "MC-05")
def test_without_a_resource_the_default_is_meant(redeem: Redeem) -> None:
    for absent in (REMOVED, []):
        assert redeem(build_id_jag(resource=absent)).json()["resource"] == API


@pytest.mark.spec("RD-25", "MC-05")
def test_without_a_resource_and_a_default_it_refuses(refused: Redeem, settings: object) -> None:
    settings.JWT_BEARER_DEFAULT_RESOURCE = ""  # type: ignore[attr-defined]
    refused(build_id_jag(resource=REMOVED), by="R13")


@pytest.mark.spec("RD-23", "RD-26", "AT-03", "MC-04")
def test_the_form_may_pick_but_not_add(refused: Redeem, redeem: Redeem, settings: object) -> None:
    other = "https://todo.example/mcp"
    settings.JWT_BEARER_RESOURCES = (API, other)  # type: ignore[attr-defined]
    refused(build_id_jag(resource=API), by="R13", error="invalid_target", resource=other)
    assert redeem(build_id_jag(resource=[API, other]), resource=other).json()["resource"] == other
    assert AccessToken.objects.get().resource == [other], "the audience of the token, and no more"
    assert redeem(build_id_jag(resource=[API, other])).json()["resource"] == [API, other]


MCP = "https://todo.example/mcp"


@pytest.mark.spec("RD-25")
def test_where_the_forms_resource_is_a_fallback_the_claim_comes_first_and_the_default_last(
    refused: Redeem, redeem: Redeem, settings: object
) -> None:
    settings.JWT_BEARER_RESOURCES = (API, MCP)  # type: ignore[attr-defined]
    refused(build_id_jag(resource=REMOVED), by="R13", error="invalid_target", resource=MCP)
    settings.JWT_BEARER_RESOURCE_PARAMETER = "fallback"  # type: ignore[attr-defined]
    other = "https://other.example/api"
    refused(build_id_jag(resource=REMOVED), by="R13", error="invalid_target", resource=other)
    refused(build_id_jag(resource=other), by="R13", resource=API)
    assert redeem(build_id_jag(resource=API), resource=MCP).json()["resource"] == API
    assert redeem(build_id_jag(resource=REMOVED), resource=MCP).json()["resource"] == MCP
    assert redeem(build_id_jag(resource=REMOVED)).json()["resource"] == API


def test_where_it_is_no_parameter_nobody_reads_it(refused: Redeem, redeem: Redeem, settings: object) -> None:
    settings.JWT_BEARER_RESOURCES = (API, MCP)  # type: ignore[attr-defined]
    settings.JWT_BEARER_RESOURCE_PARAMETER = "ignored"  # type: ignore[attr-defined]
    refused(build_id_jag(resource="https://other.example/api"), by="R13", resource=API)
    for claim in (API, REMOVED):
        assert redeem(build_id_jag(resource=claim), resource=MCP).json()["resource"] == API
    assert redeem(build_id_jag(resource=[API, MCP]), resource=MCP).json()["resource"] == [API, MCP]


@pytest.mark.spec("RD-23")
def test_an_issuer_may_have_apis_of_its_own_and_gets_no_others(
    refused: Redeem, redeem: Redeem, settings: object
) -> None:
    settings.JWT_BEARER_RESOURCES = (API, MCP)  # type: ignore[attr-defined]
    lines = settings.JWT_BEARER_TRUSTED_ISSUERS  # type: ignore[attr-defined]
    settings.JWT_BEARER_TRUSTED_ISSUERS = {  # type: ignore[attr-defined]
        issuer: {**line, "resources": (API,)} for issuer, line in lines.items()
    }
    refused(build_id_jag(resource=MCP), by="R13")
    assert redeem(build_id_jag(resource=API)).json()["resource"] == API
    settings.JWT_BEARER_TRUSTED_ISSUERS = lines  # type: ignore[attr-defined]
    assert redeem(build_id_jag(resource=MCP)).json()["resource"] == MCP
