"""The sign-in page, from the app's request to the answer in the app."""

from datetime import timedelta

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Person
from idp_mock.signin.models import IdpSession
from stage.kit import people
from tests.idp_mock.app_side import (
    AGENT0,
    AGENT0_AT_GLOBEX,
    EVIL0,
    answer_of,
    authorize,
    pick_persona,
    post_form,
    sign_in,
)

pytestmark = pytest.mark.django_db


def test_it_signs_alice_in_and_sends_her_back_with_a_code(browser: Client) -> None:
    answer = sign_in(browser)
    assert set(answer) == {"code", "state", "iss"}
    assert answer["state"] == "state-1"


@pytest.mark.spec("SEC-27")
def test_it_says_who_answered_on_success_and_on_error(browser: Client) -> None:
    assert sign_in(browser)["iss"] == "http://localhost:8003/acme"
    assert answer_of(authorize(browser, response_type="token"))["iss"] == "http://localhost:8003/acme"


def test_the_sign_in_page_says_which_app_asks(browser: Client) -> None:
    page = browser.get(authorize(browser)["Location"])
    assert "Sign in to Agent0" in page.content.decode()
    assert "Alice Anders" in page.content.decode()
    assert "Alice Adeyemi" not in page.content.decode()  # she works at Globex


@pytest.mark.spec("SEC-33")
def test_it_signs_in_with_login_and_password(browser: Client) -> None:
    response = post_form(
        browser, authorize(browser)["Location"], login=people.BOB.email, password=people.BOB.password
    )
    assert response.status_code == 303
    assert "code" in answer_of(browser.get(response["Location"]))
    assert IdpSession.objects.get().person.login == people.BOB.email


@pytest.mark.parametrize(
    ("login", "password"),
    [
        (people.ALICE.email, "wrong"),
        ("nobody@acme.example", people.ALICE.password),
        (people.GLOBEX_ALICE.email, people.GLOBEX_ALICE.password),
        ("", ""),
        ("\0", "\0"),
        ("x" * 5000, "y" * 5000),
    ],
)
def test_it_refuses_wrong_credentials_with_one_wording(browser: Client, login: str, password: str) -> None:
    response = post_form(browser, authorize(browser)["Location"], login=login, password=password)
    assert response.status_code == 400
    assert "do not belong together" in response.content.decode()
    assert not IdpSession.objects.exists()


def test_it_never_shows_a_password_again(browser: Client) -> None:
    response = post_form(
        browser, authorize(browser)["Location"], login=people.ALICE.email, password="s3cret-typed"
    )
    assert "s3cret-typed" not in response.content.decode()
    assert people.ALICE.email in response.content.decode()


def test_it_refuses_a_persona_of_another_enterprise(browser: Client) -> None:
    Person.objects.filter(login=people.ALICE.email).delete()
    response = post_form(browser, authorize(browser)["Location"], persona=people.GLOBEX_ALICE.sub)
    assert response.status_code == 400


def test_it_offers_no_personas_when_the_stage_is_off(browser: Client, settings: pytest.FixtureRequest) -> None:
    settings.STAGE = False
    url = authorize(browser)["Location"]
    assert "Alice Anders" not in browser.get(url).content.decode()
    assert post_form(browser, url, persona=people.ALICE.sub).status_code == 400
    accepted = post_form(browser, url, login=people.ALICE.email, password=people.ALICE.password)
    assert accepted.status_code == 303


@pytest.mark.parametrize("credentials", ["persona", "password"])
def test_it_tells_a_suspended_person_so(browser: Client, alice: Person, credentials: str) -> None:
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    fields = {
        "persona": {"persona": people.ALICE.sub},
        "password": {"login": people.ALICE.email, "password": people.ALICE.password},
    }[credentials]
    response = post_form(browser, authorize(browser)["Location"], **fields)
    assert response.status_code == 403
    assert "Acme has suspended this account" in response.content.decode()
    assert not IdpSession.objects.exists()


def test_a_wrong_password_does_not_reveal_a_suspension(browser: Client, alice: Person) -> None:
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    response = post_form(browser, authorize(browser)["Location"], login=alice.login, password="wrong")
    assert response.status_code == 400
    assert "suspended this account" not in response.content.decode()


@pytest.mark.spec("OI-06")
def test_it_changes_the_browser_session_key_at_sign_in(browser: Client) -> None:
    browser.get("/acme/login")
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies["idp_session"] = session.session_key
    sign_in(browser)
    assert browser.session.session_key != session.session_key


def test_the_form_needs_its_csrf_token(browser: Client) -> None:
    url = authorize(browser)["Location"]
    assert browser.post(url, {"persona": people.ALICE.sub}).status_code == 403
    assert not IdpSession.objects.exists()


def test_the_form_may_end_at_the_app_that_asked_and_nowhere_else(browser: Client) -> None:
    policy = browser.get(authorize(browser)["Location"])["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:8001;" in policy + ";"
    own = browser.get("/acme/login")["Content-Security-Policy"]
    assert "form-action 'self';" in own + ";"


@pytest.mark.spec("SEC-32")
def test_no_site_may_frame_the_sign_in_page(browser: Client) -> None:
    page = browser.get("/acme/login")
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("tampered", ["", "x", "e30:1abc:def", "é"])
def test_it_refuses_a_sign_in_page_whose_address_was_changed(browser: Client, tampered: str) -> None:
    good = authorize(browser)["Location"]
    assert browser.get(good).status_code == 200
    response = browser.get(good + (tampered or "A"))
    assert response.status_code == 400
    assert "no longer valid" in response.content.decode()


def test_it_refuses_another_tenants_sign_in_page(browser: Client) -> None:
    here = authorize(browser)["Location"]
    assert browser.get(here.replace("/acme/", "/globex/", 1)).status_code == 400


def test_a_sign_in_page_does_not_stay_good_forever(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = authorize(browser)["Location"]
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.get(url).status_code == 400


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("/acme/admin/policy", "/acme/admin/policy"),
        ("", "/acme/"),
        ("https://evil.example/acme/", "/acme/"),
        ("//evil.example/acme/", "/acme/"),
        ("/globex/admin", "/acme/"),
        ("/acme", "/acme/"),
    ],
)
def test_after_a_sign_in_it_leads_only_to_pages_of_this_enterprise(
    browser: Client, wanted: str, expected: str
) -> None:
    browser.get("/acme/login")
    page = browser.get("/acme/login", {"next": wanted})
    response = browser.post(
        f"/acme/login?next={wanted}",
        {"persona": people.CAROL.sub, "csrfmiddlewaretoken": page.context["csrf_token"]},
    )
    assert response["Location"] == expected


def test_somebody_else_can_sign_in_in_the_same_browser_without_signing_the_first_out(browser: Client) -> None:
    sign_in(browser)
    sign_in(browser, person=people.CAROL, prompt="select_account")
    assert [session.is_live for session in IdpSession.objects.all()] == [True, True]
    assert "code" in answer_of(authorize(browser, prompt="none"))  # Carol's now


def test_signing_in_again_keeps_the_session_and_moves_its_time(browser: Client) -> None:
    sign_in(browser)
    before = IdpSession.objects.get()
    sign_in(browser, prompt="login")
    after = IdpSession.objects.get()
    assert after.sid == before.sid
    assert after.auth_time > before.auth_time


def test_two_enterprises_have_two_sign_ins_in_one_browser(browser: Client) -> None:
    sign_in(browser)
    assert "/globex/login" in authorize(browser, AGENT0_AT_GLOBEX)["Location"]
    sign_in(browser, AGENT0_AT_GLOBEX, people.GLOBEX_ALICE)
    assert "code" in answer_of(authorize(browser, AGENT0, prompt="none"))


def test_it_refuses_a_person_whom_the_app_is_not_assigned_to(browser: Client) -> None:
    answer = sign_in(browser, EVIL0, people.ALICE)
    assert answer["error"] == "access_denied"
    assert "code" not in answer
    assert "code" in sign_in(browser, EVIL0, people.EVE, prompt="select_account")


def test_it_refuses_a_person_who_was_suspended_after_she_signed_in(browser: Client, alice: Person) -> None:
    sign_in(browser)
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert answer_of(authorize(browser))["error"] == "access_denied"


def test_a_suspended_persons_waiting_sign_in_page_still_serves_others(browser: Client, alice: Person) -> None:
    url = authorize(browser)["Location"]
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert post_form(browser, url, persona=people.ALICE.sub).status_code == 403
    assert "code" in answer_of(pick_persona(browser, url, people.BOB))
