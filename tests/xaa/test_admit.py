"""``JWT_BEARER_ADMIT``: asked between client authentication and the checks; whoever has to wait loses nothing."""

from typing import Any

import pytest
from oauth2_provider.models import AccessToken

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer.models import RedeemedIdJag

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def admits(settings: Any) -> None:
    settings.JWT_BEARER_ADMIT = "tests.xaa.limits.admit"


def test_who_is_admitted_is_judged_and_told_what_is_left(redeem: Redeem) -> None:
    for id_jag, status in ((build_id_jag(), 200), (build_id_jag(aud="https://other.example"), 400)):
        answer = redeem(id_jag)
        assert answer.status_code == status
        assert (answer["X-RateLimit-Remaining"], answer["X-Asked-For"]) == ("1", builders.CLIENT_ID)
        assert answer["Cache-Control"] == "no-store"


def test_who_is_turned_away_is_told_when_to_come_back_and_loses_nothing(redeem: Redeem, settings: Any) -> None:
    settings.JWT_BEARER_ADMIT = "tests.xaa.limits.turn_away"
    id_jag = build_id_jag()
    answer = redeem(id_jag)
    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_requests")
    assert (answer["Retry-After"], answer["X-RateLimit-Remaining"]) == ("7", "0")
    assert answer["Cache-Control"] == "no-store"
    assert not RedeemedIdJag.objects.exists()
    assert not AccessToken.objects.exists()
    settings.JWT_BEARER_ADMIT = "tests.xaa.limits.admit"
    assert redeem(id_jag).status_code == 200


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"client_id": "nobody"}, {"assertion": None}])
def test_strangers_and_empty_requests_are_not_even_asked_about(redeem: Redeem, wrong: dict[str, Any]) -> None:
    answer = redeem(**{"assertion": build_id_jag()} | wrong)
    assert answer.status_code in (400, 401)
    assert "X-Asked-For" not in answer


def test_without_the_setting_all_are_admitted(redeem: Redeem, settings: Any) -> None:
    del settings.JWT_BEARER_ADMIT
    answer = redeem(build_id_jag())
    assert (answer.status_code, "X-RateLimit-Remaining" in answer) == (200, False)
