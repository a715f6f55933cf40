"""Over REST, too, the API may be asked who guards it; what it says counts only if the settings say the same."""

import pytest

from agent0.jobs.models import Run, Step
from tests.agent0.answers import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def discovers(settings):
    settings.RESOURCE_DISCOVERS = True


def sent(far_side):
    return [seen.what for seen in far_side.seen]


@pytest.mark.usefixtures("discovers")
@pytest.mark.spec("MD-11", "MD-13")
def test_it_asks_the_api_first_and_goes_on_from_its_refusal(far_side, make_run, do):
    run = do(make_run(Run.Kind.ADD))
    assert run.state == Run.State.DONE, run.outcome
    assert sent(far_side)[:3] == ["api_without_token", "api_metadata", "as_metadata"]
    assert "authorization" not in far_side.requests_of("api_without_token")[0].headers
    step = run.steps.first()
    assert (step.name, step.state, step.detail) == (
        Step.Name.DISCOVER,
        Step.State.PASSED,
        {"guarded_by": far_side.url},
    )


def test_unless_it_is_told_to_it_does_not(far_side, make_run, do):
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE
    assert not {"api_without_token", "api_metadata"} & set(sent(far_side))


@pytest.mark.usefixtures("discovers")
@pytest.mark.spec("MD-13")
@pytest.mark.parametrize("servers", [["https://evil.example"], ["{url}/"], []])
def test_it_goes_to_no_other_server_than_the_settings_name(far_side, make_run, do, servers):
    named = [one.format(url=far_side.url) for one in servers]
    far_side.answers["api_metadata"] = Answer(
        200, {"resource": f"{far_side.url}/api", "authorization_servers": named}
    )
    outcome = do(make_run(Run.Kind.ADD)).outcome
    assert (outcome["code"], outcome["leg"]) == ("unusable_answer", "discover")
    assert not {"exchange", "redeem"} & set(sent(far_side))


@pytest.mark.usefixtures("discovers")
def test_an_api_that_lets_everybody_in_is_not_called_with_a_token(far_side, make_run, do):
    far_side.answers["api_without_token"] = Answer(200, {})
    assert do(make_run(Run.Kind.ADD)).outcome["leg"] == "discover"
    assert "exchange" not in sent(far_side)
