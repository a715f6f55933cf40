"""R7: made out to this server alone: the five published ways of getting ``aud`` wrong (ID-JAG §4.4.1)."""

import pytest

from tests import builders
from tests.builders import OTHER_KEY, REMOVED, build_id_jag
from tests.xaa.conftest import Redeem

pytestmark = pytest.mark.django_db
US = builders.RESOURCE_AS


@pytest.mark.spec("RD-10", "RD-11", "RD-12", "RD-22", "JAG-06", "JAG-07")
@pytest.mark.parametrize(
    "audience",
    [
        f"{US}/o/token/",  # the token endpoint
        builders.RESOURCE,  # the API
        f"{US}/",  # a slash too many
        US.upper(),
        US + ".evil.example",
        "https://other.example",
        [US, "https://other.example"],
        [US, US],
        [],
        [[US]],
        {"aud": US},
        7,
        None,
        "",
        REMOVED,
    ],
)
def test_it_refuses_any_other_audience(refused: Redeem, audience: object) -> None:
    refused(build_id_jag(aud=audience), by="R7")


@pytest.mark.spec("RD-11")
def test_it_accepts_an_array_of_exactly_us(redeem: Redeem) -> None:
    assert redeem(build_id_jag(aud=[US])).status_code == 200


@pytest.mark.spec("RD-35")
def test_a_bad_signature_is_found_before_a_bad_audience(refused: Redeem) -> None:
    refused(build_id_jag(aud="https://other.example", key=OTHER_KEY), by="R6")


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag(aud=US)).status_code == 200
