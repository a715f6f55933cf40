"""R12: one active account that is already known, found by (iss, sub) (ID-JAG §4.1; OpenID Connect Core §5.7)."""

import pytest
from django.contrib.auth.models import User

from tests.builders import REMOVED, build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer.errors import UNIFORM_DESCRIPTION

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-16", "SR-17", "JAG-04")
@pytest.mark.parametrize("sub", ["", "a" * 256, "\x00", "tab\t", "caf\u00e9", None, 7, ["00u1alice"], REMOVED])
def test_it_refuses_what_is_no_subject(refused: Redeem, sub: object) -> None:
    refused(build_id_jag(sub=sub), by="R12")


@pytest.mark.spec("RD-30", "SR-03", "RD-31")
def test_an_unknown_person_gets_the_uniform_answer_and_no_account(refused: Redeem) -> None:
    answer = refused(build_id_jag(sub="00u4dan"), by="R12")
    assert answer.json()["error_description"] == UNIFORM_DESCRIPTION
    assert User.objects.count() == 1


def test_user_not_found_may_be_told_by_a_setting(refused: Redeem, settings: object) -> None:
    settings.JWT_BEARER_DISCLOSE_UNKNOWN_USER = True  # type: ignore[attr-defined]
    assert refused(build_id_jag(sub="00u4dan"), by="R12").json()["error_description"] == "User not found"


@pytest.mark.spec("SR-10")
def test_a_deactivated_account_is_refused_and_not_revived(refused: Redeem) -> None:
    User.objects.update(is_active=False)
    refused(build_id_jag(), by="R12")


@pytest.mark.spec("SR-17")
def test_the_subject_is_compared_with_its_case(refused: Redeem) -> None:
    refused(build_id_jag(sub="00U1ALICE"), by="R12")


@pytest.mark.spec("SR-16")
@pytest.mark.parametrize("sub_id", [{"format": "of_tomorrow", "x": 1}, {"format": 7}, {}, None, "00u4dan"])
def test_a_subject_identifier_that_it_does_not_use_is_no_error(redeem: Redeem, sub_id: object) -> None:
    assert redeem(build_id_jag(sub_id=sub_id)).status_code == 200


def test_it_accepts_the_good_twin(redeem: Redeem) -> None:
    assert redeem(build_id_jag()).status_code == 200
