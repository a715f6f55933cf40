"""The authorization endpoint: what it refuses, and to whom it says so."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App
from idp_mock.signin.models import IdpSession
from idp_mock.tokens.models import AuthorizationCode
from stage.kit import people
from tests.idp_mock.app_side import (
    AGENT0,
    AGENT0_AT_GLOBEX,
    CHALLENGE,
    TODO0,
    answer_of,
    authorization_params,
    authorize,
    pick_persona,
    redeem,
    sign_in,
    sign_in_for_tokens,
)

pytestmark = pytest.mark.django_db


def is_page(response: HttpResponse) -> bool:
    return response.status_code == 400 and "Location" not in response


@pytest.mark.spec("SEC-23")
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://localhost:8001/signin/callback/",
        "http://localhost:8001/signin/callback?x=1",
        "http://localhost:8001/signin/callback#x",
        "http://localhost:8001/signin/Callback",
        "http://localhost:8001/signin",
        "http://localhost:8001:8001/signin/callback",
        "http://LOCALHOST:8001/signin/callback",
        "http://localhost:8002/signin/callback",  # Todo0's, registered, but not for Agent0
        "https://evil.example/",
        "javascript:alert(1)",
        "\0",
        None,
        "",
    ],
)
def test_it_sends_nothing_to_an_address_that_is_not_registered(browser: Client, redirect_uri: str | None) -> None:
    sign_in(browser)
    response = authorize(browser, redirect_uri=redirect_uri)
    assert is_page(response)
    assert "This sign-in request was refused" in response.content.decode()
    assert AuthorizationCode.objects.count() == 1
    assert "code" in answer_of(authorize(browser))


@pytest.mark.parametrize("client_id", ["nobody", "agent0-at-globex", "", None, "a\0b", "x" * 3000])
def test_it_shows_a_page_for_an_unknown_client(browser: Client, client_id: str | None) -> None:
    assert is_page(authorize(browser, client_id=client_id))


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
@pytest.mark.parametrize("second", ["same", ""])
def test_it_shows_a_page_when_client_or_redirect_uri_is_doubled(browser: Client, name: str, second: str) -> None:
    params = authorization_params()
    doubled = params | {name: [params[name], params[name] if second else ""]}
    assert is_page(browser.get("/acme/authorize", doubled))


@pytest.mark.parametrize(
    ("override", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "OPENID"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "9" * 40}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"nonce": "a\0b"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "no.id.token"}, "invalid_request"),
    ],
)
def test_it_answers_a_bad_request_to_the_client(browser: Client, override: dict, error: str) -> None:
    sign_in(browser)
    answer = answer_of(authorize(browser, **override))
    assert answer["error"] == error
    assert answer["state"] == "state-1"
    assert "code" not in answer
    assert "code" in answer_of(authorize(browser))


@pytest.mark.parametrize("name", ["scope", "nonce", "response_type", "code_challenge", "prompt", "anything"])
def test_it_refuses_a_doubled_parameter(browser: Client, name: str) -> None:
    params = authorization_params()
    response = browser.get("/acme/authorize", params | {name: [params.get(name, "a"), "b"]})
    assert answer_of(response)["error"] == "invalid_request"


def test_it_does_not_choose_between_two_states(browser: Client) -> None:
    response = browser.get("/acme/authorize", authorization_params() | {"state": ["a", "b"]})
    answer = answer_of(response)
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


@pytest.mark.spec("SEC-24")
@pytest.mark.parametrize(
    "override",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "too-short"},
        {"code_challenge": CHALLENGE + "="},
        {"code_challenge": CHALLENGE[:-1] + "+"},
    ],
)
def test_it_wants_pkce_with_s256_from_everyone(browser: Client, override: dict) -> None:
    assert answer_of(authorize(browser, **override))["error"] == "invalid_request"


@pytest.mark.spec("SEC-24")
def test_one_app_may_be_excused_from_pkce_and_then_no_verifier_is_accepted(browser: Client, agent0: App) -> None:
    App.objects.filter(pk=agent0.pk).update(may_skip_pkce=True)
    without = {"code_challenge": None, "code_challenge_method": None}
    code = sign_in(browser, **without)["code"]
    stripped = redeem(browser, code)
    assert stripped.json()["error"] == "invalid_grant"
    assert redeem(browser, code, code_verifier=None).status_code == 200
    assert answer_of(authorize(browser, code_challenge_method="plain"))["error"] == "invalid_request"


def test_it_ignores_scopes_it_does_not_know(browser: Client) -> None:
    tokens = sign_in_for_tokens(browser, scope="openid todos.write email whatever")
    assert tokens["scope"] == "openid email"


def test_it_keeps_offline_access_from_an_app_without_the_refresh_grant(browser: Client, agent0: App) -> None:
    App.objects.filter(pk=agent0.pk).update(grant_types=["authorization_code"])
    tokens = sign_in_for_tokens(browser, scope="openid offline_access")
    assert tokens["scope"] == "openid"
    assert "refresh_token" not in tokens


def test_it_refuses_an_app_without_the_code_grant(browser: Client, agent0: App) -> None:
    App.objects.filter(pk=agent0.pk).update(grant_types=["refresh_token"])
    assert answer_of(authorize(browser))["error"] == "unauthorized_client"


def test_it_keeps_a_registered_query_in_the_redirect_uri(browser: Client, agent0: App) -> None:
    uri = "http://localhost:8001/signin/callback?connection=acme"
    App.objects.filter(pk=agent0.pk).update(redirect_uris=[uri])
    answer = sign_in(browser, redirect_uri=uri)
    assert answer["connection"] == "acme"
    assert "code" in answer


def test_it_accepts_the_request_as_a_post(browser: Client) -> None:
    response = browser.post("/acme/authorize", authorization_params())
    assert response.status_code == 302
    assert "code" in answer_of(pick_persona(browser, response["Location"]))


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_it_knows_get_and_post_only(browser: Client, method: str) -> None:
    assert getattr(browser, method)("/acme/authorize").status_code == 405


def test_it_does_not_ask_again_who_is_signed_in(browser: Client) -> None:
    sign_in(browser)
    assert "code" in answer_of(authorize(browser, TODO0))


@pytest.mark.spec("SU-07")
def test_prompt_none_asks_nobody(browser: Client) -> None:
    assert answer_of(authorize(browser, prompt="none"))["error"] == "login_required"
    sign_in(browser)
    assert "code" in answer_of(authorize(browser, prompt="none"))


@pytest.mark.spec("SU-07")
@pytest.mark.parametrize("override", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}])
def test_it_asks_again_when_the_client_wants_a_fresh_sign_in(browser: Client, override: dict) -> None:
    sign_in(browser)
    before = IdpSession.objects.get().auth_time
    response = authorize(browser, **override)
    assert response["Location"].startswith("/acme/login?")
    assert "code" in answer_of(pick_persona(browser, response["Location"]))
    assert IdpSession.objects.get().auth_time > before


@pytest.mark.spec("SU-07")
def test_max_age_counts_from_the_sign_in(browser: Client) -> None:
    sign_in(browser)
    IdpSession.objects.update(auth_time=IdpSession.objects.get().auth_time - timedelta(seconds=100))
    assert "code" in answer_of(authorize(browser, max_age="1000"))
    assert answer_of(authorize(browser, max_age="99", prompt="none"))["error"] == "login_required"
    assert "/login" in authorize(browser, max_age="99")["Location"]


def test_going_back_without_signing_in_again_does_not_satisfy_prompt_login(browser: Client) -> None:
    sign_in(browser)
    sign_in_url = authorize(browser, prompt="login")["Location"]
    skipped = browser.get(sign_in_url.replace("/acme/login", "/acme/authorize/resume"))
    assert answer_of(skipped)["error"] == "login_required"


def test_a_sign_in_can_be_resumed_with_the_checks_of_now(browser: Client, agent0: App) -> None:
    sign_in_url = authorize(browser)["Location"]
    App.objects.filter(pk=agent0.pk).update(redirect_uris=["http://localhost:8001/elsewhere"])
    resumed = browser.get(sign_in_url.replace("/acme/login", "/acme/authorize/resume"))
    assert is_page(resumed)


def test_a_resumed_request_must_be_one_of_ours(browser: Client) -> None:
    for value in ("", "x", "a:b:c"):
        assert is_page(browser.get("/acme/authorize/resume", {"request": value}))


def test_it_expects_the_person_in_the_hint(browser: Client) -> None:
    alices = sign_in_for_tokens(browser)["id_token"]
    assert "code" in answer_of(authorize(browser, prompt="none", id_token_hint=alices))
    sign_in(browser, person=people.BOB, prompt="select_account")
    assert answer_of(authorize(browser, prompt="none", id_token_hint=alices))["error"] == "login_required"
    picked = pick_persona(browser, authorize(browser, id_token_hint=alices)["Location"], people.BOB)
    assert answer_of(picked)["error"] == "login_required"


def test_the_login_hint_fills_the_form(browser: Client) -> None:
    page = browser.get(authorize(browser, login_hint='bob@acme.example"><b>')["Location"]).content.decode()
    assert 'value="bob@acme.example&quot;&gt;&lt;b&gt;"' in page


def test_a_session_at_one_enterprise_is_none_at_another(browser: Client) -> None:
    sign_in(browser)
    assert answer_of(authorize(browser, AGENT0_AT_GLOBEX, prompt="none"))["error"] == "login_required"


def test_it_leaves_no_answer_in_a_cache(browser: Client) -> None:
    assert authorize(browser, prompt="none")["Cache-Control"] == "no-store"


@pytest.mark.spec("SEC-30")
def test_the_code_is_not_in_the_database(browser: Client) -> None:
    code = sign_in(browser)["code"]
    stored = AuthorizationCode.objects.get()
    assert code not in str(vars(stored))
    assert stored.family.app.client_id == AGENT0.client_id


@pytest.mark.parametrize("path", ["/acme/oauth2/v1/authorize", "/acme/authorize"])
def test_both_addresses_answer(browser: Client, path: str) -> None:
    response = browser.get(path, authorization_params())
    assert "code" in answer_of(pick_persona(browser, response["Location"]))
