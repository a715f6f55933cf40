"""``base.html``: the frame that every page of every place stands in."""

import re

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.shortcuts import render
from django.template.loader import render_to_string

from stage.kit import addresses

STATUS_PAGES = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


def frame(rf, template="404.html", **context):
    request = rf.get("/")
    request.COOKIES.update(context.pop("cookies", {}))
    return render(request, template, context).content.decode()


@pytest.mark.parametrize("place", ["stage", "agent0", "todo0", "idp"])
def test_a_page_says_which_place_it_is_and_links_the_others(rf, settings, place):
    settings.PLACE = place
    html = frame(rf)
    assert f'<body data-place="{place}">' in html
    current = re.findall(r'<a href="([^"]+)" aria-current="true">', html)
    assert current == [getattr(addresses, f"{place.upper()}_URL")]
    assert all(f'href="{url}"' in html for url in (addresses.STAGE_URL, addresses.AGENT0_URL, addresses.IDP_URL))


def test_without_the_stage_no_other_place_is_linked(rf, settings):
    settings.STAGE = False
    assert addresses.AGENT0_URL not in frame(rf)


def test_the_footer_names_the_draft_and_warns(rf):
    html = frame(rf)
    assert "ID-JAG draft -04" in html
    assert "Never do this in production" in html


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')]
)
def test_the_theme_cookie_sets_the_theme(rf, cookie, attribute):
    assert f'<html lang="en"{attribute}>' in frame(rf, cookies={"theme": cookie})


@pytest.mark.parametrize("cookie", ["", "system", '"><script>alert(1)</script>'])
def test_any_other_theme_cookie_leaves_it_to_the_system(rf, cookie):
    html = frame(rf, cookies={"theme": cookie})
    assert '<html lang="en">' in html
    assert "alert(1)" not in html


def test_a_brand_renames_the_place_in_bar_and_title(rf, settings):
    settings.PLACE = "idp"
    html = frame(rf, brand="Globex IdP")
    assert "Not found · Globex IdP</title>" in html
    assert '<span class="place place--idp"><span>Globex IdP</span></span>' in html


def test_messages_are_told_to_screen_readers_in_their_tone(rf):
    request = rf.get("/")
    request._messages = CookieStorage(request)
    messages.success(request, "Saved.")
    messages.error(request, "Not saved.")
    html = render(request, "404.html").content.decode()
    assert re.search(r'role="status">\s*<p class="notice notice--ok">Saved', html)
    assert '<p class="notice notice--deny">Not saved.' in html


@pytest.mark.parametrize("template", STATUS_PAGES)
def test_a_status_page_stands_without_any_context(template):
    html = render_to_string(template)
    assert html.count("<h1") == 1
    assert "None" not in html


def test_an_unknown_page_answers_404_in_the_frame(client):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert "There is no such page here" in response.content.decode()
