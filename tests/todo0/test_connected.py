"""The user's own page: whose word each token stands on, how long it works, and that *Revoke now* means now."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from stage.kit import people
from tests.todo0.conftest import ACME, Call, Redeem, call_api, id_jag
from tests.todo0.mcp_side import McpCaller
from tests.todo0.test_pages import page_of, submit
from todo0.federation.models import Connection, Membership, Organization
from todo0.todos.models import TodoChange

PAGE = "/settings/connected"


@pytest.fixture
def browser(alice: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return client


def read(browser: Client) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page_of(browser, PAGE)))


def revoke(browser: Client) -> Any:
    application = AccessToken.objects.values_list("application", flat=True).first()
    return submit(browser, f"{PAGE}/{application}/revoke")


def test_it_says_for_how_long_each_token_works_with_and_without_a_script(browser: Client, token: str) -> None:
    expires = AccessToken.objects.get().expires
    page = page_of(browser, PAGE)
    assert f'until <time datetime="{expires.strftime("%Y-%m-%dT%H:%M:%S")}' in page
    assert re.search(r'data-seconds-left="(29\d|300)">4\xa0minutes left<', page), page
    assert token not in page


def test_it_says_on_whose_word_a_token_stands_and_in_which_organization(browser: Client, redeem: Redeem) -> None:
    acme = Organization.objects.get(connection__slug="acme")
    redeem(id_jag())
    assert f"on the word of Acme ( {ACME} ), as a member of Acme ( {acme.org_id} )" in read(browser)
    Membership.objects.all().delete()
    page = read(browser)
    assert f"on the word of Acme ( {ACME} )" in page
    assert "as a member" not in page


def test_it_names_the_issuer_of_a_connection_that_is_gone(browser: Client, token: str) -> None:
    Connection.objects.filter(issuer=ACME).delete()
    assert f"on the word of {ACME} , which is no connection any more" in read(browser)


def test_what_stands_on_her_own_word_says_so(browser: Client, token: str) -> None:
    AccessToken.objects.get().origin.delete()
    assert "on your own word, given here" in read(browser)


def test_an_app_that_only_read_was_here_all_the_same_and_no_last_use_is_made_up(
    browser: Client, call: Call
) -> None:
    """When it read is not known. When it came for its token is, and when it changed something."""
    call("GET", "/todos")
    AccessToken.objects.update(created=timezone.now() - timedelta(minutes=2))
    created = AccessToken.objects.get().created
    page = read(browser)
    assert f"Last token {created:%-d %b, %H:%M:%S} UTC Last change none yet" in page
    assert "When an app only read is not written down." in page
    assert "Last use" not in page
    for title in ("One", "Two"):
        call("POST", "/todos", {"title": title})
    changed = TodoChange.objects.latest("pk").at
    told = f"Last token {created:%-d %b, %H:%M:%S} UTC Last change {changed:%-d %b, %H:%M:%S} UTC , of 2"
    assert told in read(browser)


def test_of_an_app_without_a_token_that_works_only_its_changes_are_told(browser: Client, call: Call) -> None:
    call("POST", "/todos", {"title": "Before"})
    AccessToken.objects.all().delete()
    page = read(browser)
    assert "Last change" in page
    assert "Last token" not in page


def test_a_token_whose_time_is_up_is_not_shown_as_one_that_works(browser: Client, call: Call) -> None:
    call("POST", "/todos", {"title": "Before"})
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    page = read(browser)
    assert "No access token works now." in page
    assert ("works now expired" in page, "Revoke now" in page) == (False, False)


@pytest.mark.spec("AT-14")
def test_revoked_is_refused_at_the_next_call_of_the_api_and_nobody_elses_is(
    browser: Client, redeem: Redeem
) -> None:
    hers = [redeem(id_jag()).json()["access_token"] for _ in range(2)]
    bobs = redeem(id_jag(sub=people.BOB.sub)).json()["access_token"]
    assert [status(one) for one in (*hers, bobs)] == [200, 200, 200]
    assert revoke(browser).status_code == 302
    assert [status(one) for one in (*hers, bobs)] == [401, 401, 200]
    assert "Revoked 2 access tokens of Agent0." in page_of(browser, PAGE)


@pytest.mark.spec("AT-14")
def test_revoked_is_refused_at_the_next_call_over_mcp(mcp: McpCaller, alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert mcp.send("ping").status_code == 200
    assert revoke(browser).status_code == 302
    answer = mcp.send("ping")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_form_without_its_csrf_token_revokes_nothing(browser: Client, token: str) -> None:
    application = AccessToken.objects.get().application_id
    assert browser.post(f"{PAGE}/{application}/revoke").status_code == 403
    assert browser.get(f"{PAGE}/{application}/revoke").status_code == 405
    assert Client().post(f"{PAGE}/{application}/revoke").status_code == 302, "a stranger is asked to sign in"
    assert status(token) == 200


def test_however_much_apps_hold_the_page_asks_a_bounded_number_of_times(browser: Client, redeem: Redeem) -> None:
    counts, alice = [], AccessToken.objects.none()
    for round_ in range(2):
        for number in range(3):
            assert redeem(id_jag()).status_code == 200
            alice = AccessToken.objects.latest("pk").user
            another = Application.objects.create(client_id=f"another-{round_}-{number}", name="Another")
            soon = timezone.now() + timedelta(minutes=1)
            AccessToken.objects.create(user=alice, application=another, expires=soon, token=another.client_id)
        with CaptureQueriesContext(connection) as statements:
            page_of(browser, PAGE)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def status(token: str) -> int:
    return call_api("GET", "/todos", Authorization=f"Bearer {token}").status_code
