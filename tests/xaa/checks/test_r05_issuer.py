"""R5: the issuer is on the trust list, byte for byte (ID-JAG §4.1; RFC 8725 §3.8)."""

import pytest
import responses

from tests import builders
from tests.builders import OTHER_KEY, REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-07", "SEC-12", "JAG-03")
@pytest.mark.parametrize(
    "issuer",
    [
        "https://idp.example/globex",
        f"{builders.ISSUER}/",
        builders.ISSUER.upper(),
        builders.ISSUER.removesuffix("e"),
        "https://IDP.example/acme",
        "https://idp.example:443/acme",
        f" {builders.ISSUER}",
        "",
        None,
        7,
        [builders.ISSUER],
        REMOVED,
    ],
)
def test_it_refuses_any_other_string(refused: Redeem, idp: responses.RequestsMock, issuer: object) -> None:
    refused(build_id_jag(iss=issuer), by="R5")
    assert not idp.calls, "an issuer that is not listed must start no request"


@pytest.mark.spec("RD-19")
def test_it_refuses_its_own_issuer_even_when_listed(refused: Redeem, settings: pytest.FixtureRequest) -> None:
    settings.JWT_BEARER_TRUSTED_ISSUERS = {builders.RESOURCE_AS: {}}  # type: ignore[attr-defined]
    refused(build_id_jag(iss=builders.RESOURCE_AS), by="R5")


@pytest.mark.spec("RD-35")
def test_a_forged_issuer_is_found_before_a_bad_signature(refused: Redeem) -> None:
    refused(build_id_jag(iss="https://evil.example", key=OTHER_KEY), by="R5")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(iss=builders.ISSUER)).status_code == 200
