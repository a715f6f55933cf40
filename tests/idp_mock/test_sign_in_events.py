"""What signing in and out leaves in the enterprise's system log."""

import logging

import pytest
from django.test import Client

from idp_mock.directory.models import Person
from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.app_side import (
    AGENT0,
    EVIL0,
    ask_token,
    authorize,
    post_form,
    redeem,
    sign_in,
    sign_in_for_tokens,
)

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, str, str, str]]:
    return [
        (event.event_type, event.outcome, event.person_name, event.requesting_app_name)
        for event in Event.objects.order_by("pk")
    ]


def test_a_sign_in_and_a_sign_out_are_written_down(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    browser.get("/acme/logout", {"id_token_hint": hint})
    assert events() == [
        ("user.session.start", "allowed", "Alice Anders", "Agent0"),
        ("user.authentication.sso", "allowed", "Alice Anders", "Agent0"),
        ("user.session.end", "allowed", "Alice Anders", ""),
        # Nobody runs the apps in this suite, so neither can be told; test_backchannel_logout.py has some that can.
        ("user.authentication.universal_logout", "denied", "Alice Anders", "Agent0"),
        ("user.authentication.universal_logout", "denied", "Alice Anders", "Todo0"),
    ]


def test_an_app_she_may_not_use_is_written_down(browser: Client) -> None:
    sign_in(browser, EVIL0)
    event = Event.objects.latest("pk")
    assert (event.event_type, event.outcome) == ("user.authentication.sso", "denied")
    assert (event.error, event.requesting_client_id) == ("access_denied", EVIL0.client_id)


def test_a_suspended_person_at_the_door_is_written_down(browser: Client, alice: Person) -> None:
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    post_form(browser, authorize(browser)["Location"], persona=people.ALICE.sub)
    assert events() == [("user.session.start", "denied", "Alice Anders", "Agent0")]


@pytest.mark.spec("SEC-28", "RF-09")
def test_a_code_and_a_refresh_token_used_twice_are_written_down(browser: Client) -> None:
    code = sign_in(browser, scope="openid offline_access")["code"]
    first = redeem(browser, code).json()["refresh_token"]
    ask_token(browser, grant_type="refresh_token", refresh_token=first)
    ask_token(browser, grant_type="refresh_token", refresh_token=first)
    redeem(browser, code)
    assert events()[-2:] == [("app.oauth2.token.detect_reuse", "denied", "Alice Anders", "Agent0")] * 2


@pytest.mark.spec("SEC-30")
def test_no_password_token_or_secret_reaches_a_log(browser: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post_form(
        browser, authorize(browser)["Location"], login="my-password-in-the-wrong-field", password="pass-typed"
    )
    code = sign_in(browser, scope="openid offline_access")["code"]
    tokens = redeem(browser, code).json()
    redeem(browser, code)
    browser.get("/acme/logout", {"id_token_hint": tokens["id_token"]})
    written = "\n".join(str(record.__dict__) for record in caplog.records if record.name != "django.db.backends")
    written += str(list(Event.objects.values()))
    for secret in ("my-password-in-the-wrong-field", "pass-typed", AGENT0.secret, code, tokens["refresh_token"]):
        assert secret not in written
    assert tokens["id_token"] not in str(list(Event.objects.values()))
