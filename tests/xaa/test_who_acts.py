"""``act``: who acts for the person, by the IdP's word. Carried along and logged; decides nothing (ID-JAG §9.7)."""

from typing import Any

import pytest
from oauth2_provider.models import AccessToken

from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer.presented import MAX_ACT_CHARACTERS, IdJag

pytestmark = pytest.mark.django_db

PLANNER = {"sub": "planner-7"}
NESTED = {"sub": "planner-7", "iss": "https://agents.example", "act": {"sub": "scheduler"}}
LONG = {"sub": "x" * MAX_ACT_CHARACTERS}


def nested(depth: int) -> dict[str, Any]:
    """Deeper than JSON is written again, though it was read."""
    act: dict[str, Any] = {}
    for _ in range(depth):
        act = {"act": act}
    return act


@pytest.mark.spec("AT-15")
@pytest.mark.parametrize("act", [PLANNER, NESTED, {}, LONG, nested(300), "planner-7", 7, None, [PLANNER]])
def test_it_is_never_refused(redeem: Redeem, act: object) -> None:
    assert redeem(build_id_jag(act=act)).status_code == 200


@pytest.mark.spec("AT-15")
def test_it_is_never_demanded_and_grants_nothing(redeem: Redeem) -> None:
    plain, acted_for = redeem(build_id_jag()).json(), redeem(build_id_jag(act=NESTED)).json()
    assert plain.pop("access_token") != acted_for.pop("access_token")
    assert plain == acted_for
    assert len(set(AccessToken.objects.values_list("user", "application", "scope"))) == 1


@pytest.mark.spec("AT-15")
@pytest.mark.parametrize("act", [PLANNER, NESTED])
def test_it_is_read_as_it_was_said(act: dict[str, Any]) -> None:
    assert IdJag("https://idp.example", {"act": act}).act == act


@pytest.mark.parametrize("act", [LONG, nested(300), nested(5000), "planner-7", 7, None, [PLANNER]])
def test_what_cannot_be_carried_on_is_left_out(act: object) -> None:
    assert IdJag("https://idp.example", {"act": act}).act == {}


@pytest.mark.spec("AT-15", "RD-37")
def test_the_log_says_who_acted(redeem: Redeem, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="xaa.jwt_bearer"):
        redeem(build_id_jag(act=PLANNER))
        redeem(build_id_jag())
    lines = [line.partition(" act=")[2] for line in caplog.messages if line.startswith("redeemed:")]
    assert lines == [str(PLANNER), "{}"]
