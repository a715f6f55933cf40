"""The stage commands three running parties, over the wire and by its key alone."""

import pytest

from tests.flow.stage_side import PARTIES, Stage


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
