"""The stage commands three running parties, over the wire and by its key alone."""

import pytest

from tests.flow.stage_side import PARTIES, Stage
from tests.flow.wire import Wire


@pytest.mark.parametrize("party", PARTIES)
def test_whoever_has_no_key_finds_nothing_there(stage: Stage, party: str) -> None:
    assert stage.post(party, "state", {}, key="wrong").status_code == 404
    assert stage.post(party, "state", {}).status_code == 200


def test_a_fault_is_armed_at_all_parties_at_once_and_cleared_at_all(stage: Stage) -> None:
    stage.command("arm", id="F03", mode="sticky")
    armed = [{"id": "F03", "mode": "sticky", "trace": ""}]
    assert [stage.ask(party)["faults"] for party in PARTIES] == [armed] * 3
    stage.command("clear")
    assert [stage.ask(party)["faults"] for party in PARTIES] == [[]] * 3


@pytest.mark.parametrize("party", ["stage", *PARTIES])
def test_a_button_on_a_page_of_any_place_acts_on_all_and_leads_back_there(
    another_world: Wire, stage: Stage, party: str
) -> None:
    visitor, url = another_world.visitor(), f"{another_world.demo.url(party)}/"
    stage.command("arm", id="F03", mode="sticky")
    page = visitor.open(url)
    assert "F03" in page.text
    policy = {name.lower(): value for name, value in page.headers.items()}["content-security-policy"]
    assert another_world.demo.url("stage") in policy.partition("form-action")[2].partition(";")[0]
    page = visitor.submit(page, page.form(having="ticket"), press="clear")
    assert page.url == url
    assert "F03" not in page.text
    assert stage.ask("todo0")["faults"] == []
    world = stage.ask("todo0")["world"]
    page = visitor.submit(page, page.form(having="ticket"), press="reset")
    assert page.url == url
    assert "World reset in" in page.text
    assert stage.ask("todo0")["world"] != world
    page = visitor.submit(page, page.form(having="ticket"), press="undo")
    assert "The world is as it was" in page.text
    assert stage.ask("todo0")["world"] == world


def test_a_page_of_a_stranger_presses_nothing(another_world: Wire, stage: Stage) -> None:
    """It can send the form, and the browser sends the cookies; a ticket it has none."""
    visitor, world = another_world.visitor(), stage.ask("todo0")["world"]
    url = f"{another_world.demo.url('stage')}/world"
    answer = visitor.session.post(url, data={"act": "reset"}, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert stage.ask("todo0")["world"] == world
