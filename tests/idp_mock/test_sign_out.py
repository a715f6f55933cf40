"""Signing out: whose session ends, who is asked, and where the browser may be sent."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.app_side import (
    AGENT0,
    AGENT0_AT_GLOBEX,
    TODO0,
    answer_of,
    ask_token,
    authorize,
    csrf_token,
    sign_in,
    sign_in_for_tokens,
)
from xaa import jose

pytestmark = pytest.mark.django_db
LANDING = "http://localhost:8001/signin/logged-out"


def sign_out(browser: Client, **params: str) -> HttpResponse:
    return browser.get("/acme/logout", params)


def confirm(browser: Client, page: HttpResponse, **fields: str) -> HttpResponse:
    return browser.post("/acme/logout/confirm", fields | {"csrfmiddlewaretoken": csrf_token(page)})


def is_question(response: HttpResponse) -> bool:
    return response.status_code == 200 and "Sign out of Acme?" in response.content.decode()


def is_goodbye(response: HttpResponse) -> bool:
    return response.status_code == 200 and "You are signed out of Acme" in response.content.decode()


def is_signed_in(browser: Client) -> bool:
    return "code" in answer_of(authorize(browser, prompt="none"))


@pytest.mark.spec("OI-07", "OI-08")
def test_the_app_she_signs_out_from_gets_her_back_with_its_state(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    response = sign_out(
        browser, id_token_hint=hint, client_id=AGENT0.client_id, post_logout_redirect_uri=LANDING, state="s 1&x"
    )
    assert (response.status_code, response["Location"]) == (303, f"{LANDING}?state=s+1%26x")
    assert not is_signed_in(browser)
    assert IdpSession.objects.get().ended_at


def test_it_accepts_a_post_as_well(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    response = browser.post("/acme/logout", {"id_token_hint": hint, "post_logout_redirect_uri": LANDING})
    assert (response.status_code, response["Location"]) == (303, LANDING)
    assert browser.post("/acme/oauth2/v1/logout").status_code == 200


@pytest.mark.spec("OI-13", "TX-21")
def test_it_ends_what_apps_hold_from_the_sign_in(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser, scope="openid offline_access")
    todo0 = sign_in_for_tokens(browser, TODO0, scope="openid offline_access")
    sign_out(browser, id_token_hint=tokens["id_token"])
    for app, value in ((AGENT0, tokens["refresh_token"]), (TODO0, todo0["refresh_token"])):
        refreshed = ask_token(browser, app, grant_type="refresh_token", refresh_token=value)
        assert refreshed.json()["error"] == "invalid_grant"


def test_another_browsers_session_of_the_same_person_lives_on(browser: Client) -> None:
    elsewhere = Client()
    hint = sign_in_for_tokens(browser)["id_token"]
    sign_in(elsewhere)
    sign_out(browser, id_token_hint=hint)
    assert is_signed_in(elsewhere)


@pytest.mark.spec("OI-08")
@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        LANDING + "/",
        LANDING + "?x=1",
        "http://localhost:8002/signin/logged-out",  # Todo0's, registered, but not for Agent0
        "javascript:alert(1)",
        "//evil.example",
        "a\0b",
        "http://localhost:8001/signin/callback",  # a redirect URI is no landing page
    ],
)
def test_it_sends_nobody_to_an_unregistered_address(browser: Client, uri: str) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    response = sign_out(browser, id_token_hint=hint, post_logout_redirect_uri=uri, state="s")
    assert "Location" not in response
    assert response.status_code == 200


@pytest.mark.spec("OI-08")
def test_without_a_hint_she_is_asked_first(browser: Client) -> None:
    sign_in(browser)
    page = sign_out(browser, client_id=AGENT0.client_id, post_logout_redirect_uri=LANDING, state="s")
    assert is_question(page)
    assert is_signed_in(browser)
    fields = {"client_id": AGENT0.client_id, "post_logout_redirect_uri": LANDING, "state": "s"}
    assert all(f'name="{name}" value="{value}"' in page.content.decode() for name, value in fields.items())
    assert "form-action 'self' http://localhost:8001" in page["Content-Security-Policy"]
    assert confirm(browser, page, **fields)["Location"] == f"{LANDING}?state=s"
    assert not is_signed_in(browser)


def test_the_confirmation_needs_its_csrf_token(browser: Client) -> None:
    sign_in(browser)
    sign_out(browser)
    assert browser.post("/acme/logout/confirm").status_code == 403
    assert is_signed_in(browser)
    assert browser.get("/acme/logout/confirm").status_code == 405


@pytest.mark.spec("OI-09")
def test_an_expired_hint_of_a_retired_key_is_good_enough(
    browser: Client, acme: Enterprise, resigned: Callable[..., str]
) -> None:
    old = resigned(exp=1000, iat=400)
    keystore.rotate(acme, now=clock.now(), hard=True)
    assert sign_out(browser, id_token_hint=old, post_logout_redirect_uri=LANDING)["Location"] == LANDING
    assert IdpSession.objects.get().ended_at


@pytest.mark.spec("OI-09")
def test_a_hint_for_somebody_else_asks_and_then_ends_what_is_here_alone(browser: Client) -> None:
    elsewhere = Client()
    alices = sign_in_for_tokens(elsewhere)["id_token"]
    sign_in(browser, person=people.BOB)
    page = sign_out(browser, id_token_hint=alices, post_logout_redirect_uri=LANDING)
    assert is_question(page)
    assert "Alice Anders" in page.content.decode()
    assert "Bob Brandt" in page.content.decode()
    assert is_signed_in(browser)
    assert is_signed_in(elsewhere)
    assert confirm(browser, page, id_token_hint=alices, post_logout_redirect_uri=LANDING)["Location"] == LANDING
    assert not is_signed_in(browser)
    assert is_signed_in(elsewhere)
    assert sign_out(elsewhere, id_token_hint=alices, post_logout_redirect_uri=LANDING)["Location"] == LANDING
    assert not is_signed_in(elsewhere)


def test_who_signed_in_here_before_can_sign_out_without_touching_who_came_after(browser: Client) -> None:
    alices = sign_in_for_tokens(browser)["id_token"]
    sign_in(browser, person=people.CAROL, prompt="select_account")
    response = sign_out(browser, id_token_hint=alices, post_logout_redirect_uri=LANDING)
    assert response["Location"] == LANDING
    assert IdpSession.objects.get(person__login=people.ALICE.email).ended_at
    assert is_signed_in(browser)  # Carol


def test_signing_out_does_not_make_who_was_here_before_current_again(browser: Client) -> None:
    sign_in(browser)
    carols = sign_in_for_tokens(browser, person=people.CAROL, prompt="select_account")["id_token"]
    sign_out(browser, id_token_hint=carols)
    assert not is_signed_in(browser)


@pytest.mark.spec("OI-09")
def test_a_browser_without_the_session_is_shown_the_way_and_ends_nothing(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    response = sign_out(Client(), id_token_hint=hint, post_logout_redirect_uri=LANDING)
    assert response["Location"] == LANDING
    assert is_signed_in(browser)
    sign_out(browser, id_token_hint=hint, post_logout_redirect_uri=LANDING)
    assert not is_signed_in(browser)


@pytest.mark.spec("OI-09")
def test_nobody_can_confirm_for_a_person_who_is_not_here(browser: Client) -> None:
    """Not even somebody who is signed in here, and has a form of ours with its token."""
    alices, evil = sign_in_for_tokens(browser)["id_token"], Client()
    sign_in(evil, person=people.BOB)
    confirm(evil, sign_out(evil), id_token_hint=alices)
    assert not is_signed_in(evil)
    assert is_signed_in(browser)


@pytest.mark.parametrize("hint", ["x", "a.b.c", "é", "x" * 5000, "eyJhbGciOiJub25lIn0.e30."])
def test_a_hint_that_is_no_id_token_of_ours_counts_for_nothing(browser: Client, hint: str) -> None:
    sign_in(browser)
    page = sign_out(browser, id_token_hint=hint, client_id=AGENT0.client_id, post_logout_redirect_uri=LANDING)
    assert is_question(page)
    assert is_goodbye(confirm(browser, page, id_token_hint=hint, post_logout_redirect_uri=LANDING))
    assert not is_signed_in(browser)


@pytest.mark.spec("OI-08")
def test_a_hint_of_another_enterprise_counts_for_nothing(browser: Client) -> None:
    foreign = sign_in_for_tokens(browser, AGENT0_AT_GLOBEX, people.GLOBEX_ALICE)["id_token"]
    sign_in(browser)
    assert is_question(sign_out(browser, id_token_hint=foreign, post_logout_redirect_uri=LANDING))
    assert IdpSession.objects.filter(ended_at=None).count() == 2


def test_an_access_token_is_no_hint(browser: Client) -> None:
    token = sign_in_for_tokens(browser)["access_token"]
    assert is_question(sign_out(browser, id_token_hint=token))


@pytest.mark.spec("OI-08")
def test_a_client_id_that_is_not_the_hints_counts_for_nothing(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    page = sign_out(browser, id_token_hint=hint, client_id=TODO0.client_id, post_logout_redirect_uri=LANDING)
    assert is_question(page)
    assert is_signed_in(browser)


@pytest.mark.parametrize("name", ["id_token_hint", "post_logout_redirect_uri", "state", "client_id"])
def test_a_doubled_parameter_is_not_believed(browser: Client, name: str) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    params = {
        "id_token_hint": hint,
        "post_logout_redirect_uri": LANDING,
        "state": "s",
        "client_id": AGENT0.client_id,
    }
    response = browser.get("/acme/logout", params | {name: [params[name], params[name]]})
    assert is_question(response)
    assert is_signed_in(browser)


def test_an_older_hint_of_the_same_person_signs_her_out_without_a_question(browser: Client) -> None:
    old = sign_in_for_tokens(Client())["id_token"]
    sign_in(browser)
    assert sign_out(browser, id_token_hint=old, post_logout_redirect_uri=LANDING)["Location"] == LANDING
    assert not is_signed_in(browser)
    assert not IdpSession.objects.filter(ended_at=None).exists()


def test_after_a_reset_the_app_still_gets_her_back(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    IdpSession.objects.all().delete()
    assert sign_out(browser, id_token_hint=hint, post_logout_redirect_uri=LANDING)["Location"] == LANDING


def test_signing_out_twice_is_written_down_once(browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    for _ in range(2):
        assert sign_out(browser, id_token_hint=hint, post_logout_redirect_uri=LANDING)["Location"] == LANDING
    assert Event.objects.filter(event_type="user.session.end").count() == 1


def test_nobody_signed_in_is_told_so(browser: Client) -> None:
    assert is_goodbye(sign_out(browser))
    assert is_goodbye(sign_out(browser, state="x", post_logout_redirect_uri="https://evil.example"))


@pytest.fixture
def resigned(browser: Client, acme: Enterprise) -> Callable[..., str]:
    """Her ID Token with some claims changed, under our own signature."""
    claims = dict(jose.peek(sign_in_for_tokens(browser)["id_token"]).unverified_claims)
    return lambda **override: jose.sign(claims | override, key=keystore.load_active_key(acme), typ="JWT")
