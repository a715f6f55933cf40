"""R-4: two flows part at one hop, and three tokens at one claim."""

import pytest

from stage.recorder.alignment import align
from stage.recorder.three_tokens import choose_tokens, tabulate
from stage.recorder.trace import assemble, load_trace
from tests.browser.every_page_of_the_recorder import deny
from tests.stage.evidence import ACT, SIGN_IN, build, lay_down, load

pytestmark = pytest.mark.django_db
OTHER = "c3" * 16


def rename(rows):
    kept = [row for row in rows if row["trace_id"] in (ACT, SIGN_IN)]
    for row in kept:
        row["linked_trace_ids"] = ["d4" * 16 for _ in row["linked_trace_ids"]]
        row["trace_id"] = OTHER if row["trace_id"] == ACT else "d4" * 16
    return kept


def both(other):
    lay_down("rest")
    for row in rename(other):
        build(row).save()
    return load_trace(ACT), load_trace(OTHER)


def test_a_flow_is_the_same_as_itself():
    trace = load_trace(lay_down("rest"))
    pairs = align(trace, trace)
    assert len(pairs) == 13
    assert not any(pair.differs or pair.is_first for pair in pairs)


def test_a_good_and_a_broken_flow_part_at_the_check_that_refused():
    left, right = both(deny(load("rest")))
    first = next(pair for pair in align(left, right) if pair.is_first)
    assert first.title == "11. Redeem the ID-JAG"
    names = [point.name for point in first.points]
    assert names[:2] == ["Answer", "R7 aud is exactly this server"]
    assert not [name for name in names if name.startswith("R8")], "what was not reached follows from it"


def test_a_flow_that_ends_early_has_hops_that_are_one_sides_alone():
    left, right = both(deny(load("rest")))
    alone = [pair.title for pair in align(left, right) if pair.right is None]
    assert alone == ["13. API call"]


def test_the_page_names_the_first_difference_and_suggests_the_other_flow(client):
    both(deny(load("rest")))
    html = client.get("/recorder/compare", {"left": ACT}).content.decode()
    assert f'<option value="{OTHER}" selected>' in html
    html = client.get("/recorder/compare", {"left": ACT, "right": OTHER}).content.decode()
    assert "They first part at hop 11. Redeem the ID-JAG" in html
    assert html.count("claims__row--deny") == 1


def test_without_a_choice_it_asks_for_one(client):
    assert "Choose two flows" in client.get("/recorder/compare").content.decode()
    assert client.get("/recorder/compare", {"left": "0" * 32, "right": "0" * 32}).status_code == 404


def test_the_audience_moves_with_each_token_and_the_person_stays(client):
    trace = load_trace(lay_down("rest"))
    tokens = choose_tokens(trace)
    assert [token.kind for token in tokens] == ["id-token", "id-jag", "access-token"]
    rows = {row.name: row.cells for row in tabulate(tokens, now=0)}
    assert [cell.changed for cell in rows["aud"]] == [False, True, True]
    assert [cell.words for cell in rows["aud"]] == [
        "Agent0, by its name at Acme", "Todo0's authorization server", "Todo0's API",
    ]  # fmt: skip
    assert rows["sub"][0].text == rows["sub"][1].text
    html = client.get(f"/recorder/traces/{ACT}/tokens").content.decode()
    assert html.count("chip--") >= 3


def test_a_flow_of_one_token_has_nothing_to_compare(client):
    for row in load("rest"):
        if row["trace_id"] == SIGN_IN:
            build(row).save()
    assert "did not get as far" in client.get(f"/recorder/traces/{SIGN_IN}/tokens").content.decode()
    assert len(choose_tokens(assemble(SIGN_IN, [build(r) for r in load("rest") if r["trace_id"] == SIGN_IN]))) == 1
