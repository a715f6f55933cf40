"""L-4: how a person wants her pages, on the settings page and by an address, and what each page makes of it."""

import re

import pytest
from django.shortcuts import render
from django.test import Client

from stage.kit.look import CHOICES
from stage.kit.staged_request import staged_request

pytestmark = pytest.mark.django_db
EVERYTHING = {"theme": "contrast", "text": "larger", "motion": "less", "shortcuts": "on", "stage": "on"}


def frame(rf, path="/", **cookies):
    request = rf.get(path)
    request.COOKIES.update(cookies)
    return render(request, "404.html").content.decode()


def html_tag(html):
    return re.search(r"<html[^>]*>", html)[0]


def save(**form):
    browser = Client()
    answer = browser.post("/settings", form)
    assert answer.status_code == 302
    return browser


def test_each_choice_is_a_cookie_and_is_chosen_on_the_page_that_comes_back():
    browser = save(**EVERYTHING)
    assert {name: browser.cookies[name].value for name in EVERYTHING} == EVERYTHING
    html = browser.get("/settings?saved=1").content.decode()
    assert "Saved." in html
    chosen = dict(re.findall(r'name="(\w+)" value="(\w*)" checked', html))
    assert chosen == EVERYTHING


def test_the_systems_own_choice_forgets_the_cookie():
    browser = save(**EVERYTHING)
    browser.post("/settings", dict.fromkeys(CHOICES, ""))
    assert all(browser.cookies[name]["max-age"] == 0 for name in CHOICES)


@pytest.mark.parametrize("name", CHOICES)
def test_what_nobody_offers_is_not_kept(name):
    assert save(**{name: '"><script>'}).cookies[name].value == ""


def test_the_pinned_draft_is_told():
    assert re.search(r"<dt>ID-JAG draft</dt><dd>-04", Client().get("/settings").content.decode())


def test_a_page_wears_what_was_chosen(rf):
    html = frame(rf, **EVERYTHING)
    worn = 'data-theme="contrast" data-text="larger" data-motion="less" data-stage data-shortcuts="on"'
    assert html_tag(html) == f'<html lang="en" {worn}>'
    assert 'class="on-stage"' in html
    assert "kit/stage.css" in html
    assert "data-keys" in html


def test_a_page_wears_nothing_that_nobody_chose(rf):
    html = frame(rf, theme="purple", text="huge", motion="fast", shortcuts="1", stage="1")
    assert html_tag(html) == '<html lang="en">'
    assert "kit/stage.css" not in html
    assert "data-keys" not in html, "single keys are off unless a person turns them on (WCAG 2.1.4)"


@pytest.mark.parametrize(
    ("shortcuts", "stage", "expected"),
    [("", "", None), ("", "on", "on"), ("on", "", "on"), ("off", "on", "off"), ("off", "", "off")],
)
def test_single_keys_are_a_matter_of_stage_mode_unless_somebody_says_otherwise(rf, shortcuts, stage, expected):
    html = frame(rf, shortcuts=shortcuts, stage=stage)
    found = re.search(r'data-shortcuts="(\w+)"', html_tag(html))
    assert (found and found[1]) == expected
    assert ("data-keys" in html) == (shortcuts == "on"), "travelling needs a word of its own"


def test_on_stage_light_is_the_default_and_dark_is_still_to_be_had(rf):
    assert 'data-theme="light"' in frame(rf, stage="on")
    assert 'data-theme="dark"' in frame(rf, stage="on", theme="dark")


@pytest.mark.parametrize(("query", "before", "is_on"), [("1", "", True), ("0", "on", False), ("2", "on", True)])
def test_an_address_switches_stage_mode(rf, query, before, is_on):
    assert ("data-stage" in html_tag(frame(rf, f"/?stage={query}", stage=before))) is is_on


def test_and_the_browser_remembers_it(rf, settings):
    settings.STAGE_KEY = "a key"
    middleware = staged_request(lambda request: render(request, "404.html"))
    assert middleware(rf.get("/?stage=1")).cookies["stage"].value == "on"
    assert middleware(rf.get("/?stage=0")).cookies["stage"]["max-age"] == 0
    assert "stage" not in middleware(rf.get("/")).cookies
    assert "stage" not in middleware(rf.post("/?stage=1")).cookies
