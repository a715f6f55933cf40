"""AGENT0_DETAILS: a Run asks for the actions it needs and for no more, and compares before it acts (RFC 9396)."""

import json
from html import unescape

import pytest

from agent0.jobs.details import ACTIONS, TYPE
from agent0.jobs.models import Run, Step
from agent0.tokens.models import CachedAccessToken
from tests.agent0.far_side import access_token_answer, id_jag_answer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asking(settings) -> None:
    settings.DETAILS = True


def details_at(far_side, *actions: str, **more: object) -> list[dict[str, object]]:
    return [{"type": TYPE, "locations": [f"{far_side.url}/api"], "actions": list(actions), **more}]


@pytest.mark.spec("RA-01")
@pytest.mark.parametrize("kind", list(Run.Kind))
def test_a_run_asks_for_its_own_actions(far_side, make_run, do, kind) -> None:
    far_side.add_todo("Book venue")
    assert do(make_run(kind)).state == Run.State.DONE
    asked = json.loads(far_side.requests_of("exchange")[0].form["authorization_details"])
    assert asked == details_at(far_side, *ACTIONS[kind])
    assert "authorization_details" not in far_side.requests_of("redeem")[0].form


def test_switched_off_it_asks_for_none(far_side, make_run, do, settings) -> None:
    settings.DETAILS = False
    assert do(make_run()).state == Run.State.DONE
    assert "authorization_details" not in far_side.requests_of("exchange")[0].form


def test_the_card_shows_asked_and_granted(far_side, make_run, do, browser) -> None:
    run = do(make_run(Run.Kind.COMPLETE))
    page = unescape(browser.get(f"/runs/{run.uuid}").content.decode())
    for said in ("Actions asked", "Actions granted"):
        assert f'<dt>{said}</dt><dd class="mono">read complete</dd>' in page


@pytest.mark.spec("TR-14")
@pytest.mark.parametrize(
    ("by", "leg", "party"), [("exchange", Step.Name.ASK_IDP, "Acme"), ("redeem", Step.Name.PRESENT, "Todo0")]
)
def test_an_action_that_is_withheld_ends_the_run_before_the_api_is_called(
    far_side, make_run, do, browser, by: str, leg: str, party: str
) -> None:
    less = {"authorization_details": details_at(far_side, "read")}
    far_side.answers["redeem"] = access_token_answer(**less)
    if by == "exchange":
        far_side.answers["exchange"] = id_jag_answer(**less)
    run = do(make_run())
    assert (run.state, run.outcome["code"], run.outcome["leg"]) == (Run.State.REFUSED, "action_withheld", leg)
    assert not far_side.requests_of("create")
    page = unescape(browser.get(f"/runs/{run.uuid}").content.decode())
    assert f"{party} withholds this action" in page
    assert '<dt>Actions granted</dt><dd class="mono">read</dd>' in page


@pytest.mark.parametrize(
    "change",
    [{"identifier": "17"}, {"locations": ["https://other.example/api"]}, {"type": "https://other.example/t"}],
)
def test_details_that_come_unasked_are_compared_all_the_same(
    far_side, make_run, do, settings, change: dict[str, object]
) -> None:
    settings.DETAILS = False
    good = details_at(far_side, "read", "create")
    far_side.answers["redeem"] = access_token_answer(authorization_details=[good[0] | change])
    assert do(make_run()).outcome["code"] == "action_withheld"
    far_side.answers["redeem"] = access_token_answer(authorization_details=good)
    assert do(make_run()).state == Run.State.DONE


@pytest.mark.spec("RA-01")
def test_a_server_that_ignores_them_ends_the_run(far_side, make_run, do) -> None:
    far_side.answers["redeem"] = access_token_answer()
    run = do(make_run())
    assert (run.state, run.outcome["code"]) == (Run.State.FAILED, "unusable_answer")
    assert "authorization_details" in run.outcome["reason"]


@pytest.mark.spec("TR-15")
def test_a_token_for_one_action_is_not_used_for_another(far_side, make_run, do, settings) -> None:
    settings.ASK_EACH_TIME = False
    for kind in (Run.Kind.ADD, Run.Kind.COMPLETE, Run.Kind.ADD):
        assert do(make_run(kind)).state == Run.State.DONE
    assert len(far_side.requests_of("exchange")) == 2
    assert {token.details for token in CachedAccessToken.objects.all()} == {
        far_side.requests_of("exchange")[number].form["authorization_details"] for number in (0, 1)
    }
