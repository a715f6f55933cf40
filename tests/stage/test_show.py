"""The presenter's pages: the story as data, the split view, and the card."""

import re
from html import unescape

import pytest
from django.conf import settings as django_settings

from stage.autopilot import show
from stage.autopilot.story import LENGTH, load_story
from stage.kit import addresses, state
from stage.kit.state import Armed, StageState

pytestmark = pytest.mark.django_db


def fetch(client, path, **headers):
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_story_takes_eighteen_clicks_and_five_minutes():
    story = load_story()
    assert [click.number for block in story for click in block.clicks] == list(range(1, 19))
    begins = [block.begins for block in story]
    assert begins == sorted(set(begins))
    assert begins[-1] < LENGTH


def test_whatever_is_said_fits_into_its_time():
    """At 150 words a minute, with a breath of five seconds left."""
    story = load_story()
    ends = [*(block.begins for block in story[1:]), LENGTH]
    for block, end in zip(story, ends, strict=True):
        needed = len(block.say.split()) / 150 * 60
        assert needed + 5 <= end - block.begins, block.title


def test_the_split_view_has_agent0_on_the_left_and_a_link_for_each_thing_on_the_right(client):
    html = fetch(client, "/show")
    assert re.findall(r'<iframe [^>]*name="show-left" [^>]*src="([^"]+)"', html) == [addresses.AGENT0_URL]
    targets = re.findall(r'href="([^"]+)" target="show-right"', html)
    assert targets == [f"/show/right/{pane.key}" for pane in show.right_panes()]
    assert find_right(html) == show.opening_frame().url


def test_the_opening_frame_shows_the_problem_in_one_picture_and_asks_nobody_to_sign_in(client):
    html = fetch(client, "/show/title")
    assert 'class="flow-picture"' in html
    assert "Your company decides." in html
    assert "<form" not in html


def find_right(html):
    return unescape(re.search(r'name="show-right" [^>]*src="([^"]+)"', html)[1])


@pytest.mark.parametrize("pane", show.right_panes(), ids=lambda pane: pane.key)
def test_what_is_on_the_right_stays_there_when_the_window_comes_back(client, pane):
    """A button of the bar answers with this page again."""
    assert client.get(f"/show/right/{pane.key}")["Location"] == pane.url
    assert find_right(fetch(client, "/show")) == (pane.again or pane.url)


def test_a_new_world_begins_with_the_first_frame_and_an_undo_brings_back_the_last(client):
    state.use(StageState(world="old"))
    client.get("/show/right/log")
    log, first = show.right_panes()[-1].url, show.opening_frame().url
    shown = []
    for world in ("new", "old"):
        state.use(StageState(world=world))
        shown.append(find_right(fetch(client, "/show")))
    state.use(StageState())
    assert shown == [first, log]


@pytest.mark.parametrize("kept", ["", "nonsense.", "log", "log.another-world"])
def test_a_cookie_that_says_nothing_shows_the_first(client, kept):
    client.cookies[show.RIGHT_COOKIE] = kept
    assert find_right(fetch(client, "/show")) == show.opening_frame().url


@pytest.mark.parametrize("is_https", [True, False])
def test_what_is_on_the_right_is_kept_out_of_reach_for_scripts_and_over_tls_as_a_session_is(
    client, settings, is_https
):
    settings.SESSION_COOKIE_SECURE = is_https
    kept = client.get("/show/right/log").cookies[show.RIGHT_COOKIE]
    assert (bool(kept["secure"]), kept["httponly"], kept["samesite"]) == (is_https, True, "Lax")


def test_there_is_nothing_else_on_the_right(client):
    assert client.get("/show/right/nonsense").status_code == 404


def test_the_stage_frames_the_parties_and_nobody_else(client):
    policy = client.get("/show")["Content-Security-Policy"]
    frames = re.search(r"frame-src ([^;]+)", policy)[1].split()
    assert set(frames) == {"'self'", addresses.AGENT0_URL, addresses.TODO0_URL, addresses.IDP_URL}


def test_without_the_stages_key_no_page_may_be_framed(client):
    assert not django_settings.STAGE_KEY
    assert "frame-ancestors 'none'" in client.get("/")["Content-Security-Policy"]


def test_a_framed_page_has_no_rail_of_its_own(client):
    assert 'class="rail"' in fetch(client, "/how-it-works")
    assert 'class="rail"' not in fetch(client, "/how-it-works", **{"Sec-Fetch-Dest": "iframe"})


def test_a_pane_without_a_script_has_the_bands_and_with_one_leaves_them_to_the_split_view(client, settings):
    settings.STAGE_KEY = "the-key-of-this-test"
    state.use(StageState(faults=(Armed("F03"),)))
    html = fetch(client, "/how-it-works", **{"Sec-Fetch-Dest": "iframe"})
    state.use(StageState())
    outside = re.sub(r"(?s)<noscript>.*?</noscript>", "", html)
    assert "F03" in html
    assert "F03" not in outside
    assert 'id="world"' in outside, "its buttons belong to a form"


@pytest.mark.parametrize("number", range(1, len(load_story()) + 1))
def test_the_card_tells_one_block_and_what_comes_next(client, number):
    html = fetch(client, f"/presenter?block={number}")
    block = load_story()[number - 1]
    assert f"<h1>{block.title}</h1>" in html
    assert html.count("<li value=") == len(block.clicks)
    assert (f"?block={number + 1}" in html) == (number < len(load_story()))


@pytest.mark.parametrize(("asked", "shown"), [("", 1), ("0", 1), ("99", -1), ("x", 1), ("9" * 5000, 1), ("²", 1)])
def test_a_block_that_there_is_not_is_the_nearest(client, asked, shown):
    story = load_story()
    expected = story[shown - 1 if shown > 0 else -1]
    assert f"<h1>{expected.title}</h1>" in fetch(client, f"/presenter?block={asked}")
