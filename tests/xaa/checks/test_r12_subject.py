"""R12: one active account found by (iss, sub), or a newcomer who may have one (ID-JAG §4.1)."""

import pytest
from django.contrib.auth.models import User
from oauth2_provider.models import AccessToken

from tests.builders import REMOVED, build_id_jag
from tests.xaa import subjects
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


@pytest.fixture
def generous(settings: object) -> None:
    settings.JWT_BEARER_SUBJECT_RESOLVER = "tests.xaa.subjects.resolve_or_welcome"  # type: ignore[attr-defined]


@pytest.mark.spec("SR-08", "SR-11")
@pytest.mark.parametrize(
    ("wrong", "by", "error"),
    [
        ({"resource": "https://other.example/api"}, "R13", "invalid_grant"),
        ({"scope": "calendar.read"}, "R14", "invalid_scope"),
        ({"jti": ""}, "R11", "invalid_grant"),
    ],
)
def test_a_newcomer_gets_an_account_only_when_all_else_has_passed(
    generous: None, refused: Redeem, redeem: Redeem, wrong: dict[str, object], by: str, error: str
) -> None:
    refused(build_id_jag(sub="00u4dan", **wrong), by=by, error=error)
    assert User.objects.count() == 1
    assert redeem(build_id_jag(sub="00u4dan")).status_code == 200
    assert User.objects.count() == 2


@pytest.mark.spec("SR-11")
def test_a_copy_of_a_spent_one_brings_no_account_back(generous: None, redeem: Redeem) -> None:
    id_jag = build_id_jag(sub="00u4dan")
    assert redeem(id_jag).status_code == 200
    User.objects.filter(username__endswith="00u4dan").delete()
    assert redeem(id_jag).status_code == 400
    assert User.objects.count() == 1


@pytest.mark.spec("SR-10")
def test_a_newcomer_whose_account_was_switched_off_meanwhile_gets_the_uniform_answer(
    generous: None, redeem: Redeem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process made the account and an administrator switched it off, between R12 and the end."""

    def welcome(username: str) -> tuple[User, bool]:
        return User.objects.create(username=username, is_active=False), True

    monkeypatch.setattr(subjects.User.objects, "get_or_create", welcome)
    answer = redeem(build_id_jag(sub="00u4dan"))
    assert (answer.status_code, answer.json()["error_description"]) == (400, UNIFORM_DESCRIPTION)
    assert not AccessToken.objects.exists()
