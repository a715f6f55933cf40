"""The second factor: when it is asked for, what an answer leads to, and that what is told of it is true."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from idp_mock import clock
from idp_mock.directory.models import Person
from idp_mock.signin import second_factor
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.app_side import (
    AGENT0_AT_GLOBEX,
    answer_of,
    ask_token,
    authorize,
    pick_persona,
    post_form,
    redeem,
    sign_in,
)
from xaa import jose
from xaa.throttle.counting import WINDOW
from xaa.throttle.models import FailedAttempts

pytestmark = pytest.mark.django_db

MFA, PASSWORD = "urn:xaa-demo:acr:mfa", "urn:xaa-demo:acr:password"


def claims_of(browser: Client, code: str) -> dict:
    response = redeem(browser, code)
    assert response.status_code == 200, response.content
    return dict(jose.peek(response.json()["id_token"]).unverified_claims)


def type_password(browser: Client, sign_in_url: str) -> HttpResponse:
    """Sign in with the password, and go where that leads."""
    answered = post_form(browser, sign_in_url, login=people.ALICE.email, password=people.ALICE.password)
    assert answered.status_code == 303, answered.content
    return browser.get(answered["Location"])


def push_of(page: HttpResponse) -> dict[str, str]:
    return {"push": page.context["push"], "csrfmiddlewaretoken": str(page.context["csrf_token"])}


def answer_push(browser: Client, question: HttpResponse, answer: str = "approve") -> HttpResponse:
    """Open the page that ``question`` leads to, and press a button of it."""
    url = question["Location"]
    assert urlsplit(url).path == "/acme/login/second-factor", url
    return browser.post(url, push_of(browser.get(url)) | {"answer": answer})


def approve(browser: Client, question: HttpResponse) -> dict[str, str]:
    """What the app gets once she has said yes."""
    answered = answer_push(browser, question)
    assert answered.status_code == 303, answered.content
    return answer_of(browser.get(answered["Location"]))


# Truth


@pytest.mark.spec("JAG-15")
def test_it_tells_a_typed_password_from_a_clicked_persona(browser: Client) -> None:
    clicked = claims_of(browser, sign_in(browser)["code"])
    assert (clicked["amr"], clicked["acr"]) == (["user"], "0")
    typed = claims_of(
        browser, answer_of(type_password(browser, authorize(browser, prompt="login")["Location"]))["code"]
    )
    assert (typed["amr"], typed["acr"]) == (["pwd"], PASSWORD)


def test_a_second_factor_is_told_of_with_the_first_one_and_its_time_remembered(browser: Client) -> None:
    question = type_password(browser, authorize(browser, acr_values=MFA)["Location"])
    claims = claims_of(browser, approve(browser, question)["code"])
    assert (claims["amr"], claims["acr"]) == (["pwd", "mfa"], MFA)
    session = IdpSession.objects.get()
    assert session.second_factor_at > session.auth_time
    assert claims["auth_time"] == int(session.auth_time.timestamp())


def test_a_persona_with_a_second_factor_still_typed_no_password(browser: Client) -> None:
    question = pick_persona(browser, authorize(browser, acr_values=MFA)["Location"])
    claims = claims_of(browser, approve(browser, question)["code"])
    assert (claims["amr"], claims["acr"]) == (["user", "mfa"], MFA)


def test_signing_in_again_without_it_loses_the_second_factor(browser: Client) -> None:
    approve(browser, pick_persona(browser, authorize(browser, acr_values=MFA)["Location"]))
    claims = claims_of(browser, sign_in(browser, prompt="login")["code"])
    assert (claims["amr"], claims["acr"]) == (["user"], "0")
    assert IdpSession.objects.get().second_factor_at is None


def test_a_refreshed_id_token_tells_of_the_sign_in_that_it_came_of(browser: Client) -> None:
    asked = {"scope": "openid offline_access", "acr_values": MFA}
    code = approve(browser, pick_persona(browser, authorize(browser, **asked)["Location"]))["code"]
    tokens = redeem(browser, code).json()
    sign_in(browser, prompt="login")
    renewed = ask_token(browser, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert jose.peek(renewed["id_token"]).unverified_claims["amr"] == ["user", "mfa"]


# When it is asked for


@pytest.mark.spec("SU-05")
def test_it_is_asked_for_when_the_app_wants_it_and_once(browser: Client) -> None:
    sign_in(browser)
    question = authorize(browser, acr_values=MFA)
    assert "code" in approve(browser, question)
    assert "code" in answer_of(authorize(browser, acr_values=MFA, prompt="none"))
    assert "code" in answer_of(authorize(browser))


def test_nobody_is_asked_under_prompt_none(browser: Client) -> None:
    sign_in(browser)
    assert answer_of(authorize(browser, acr_values=MFA, prompt="none"))["error"] == "login_required"


@pytest.mark.spec("SU-07")
@pytest.mark.parametrize("override", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_fresh_sign_in_wants_both_factors_afresh(browser: Client, override: dict[str, str]) -> None:
    approve(browser, pick_persona(browser, authorize(browser, acr_values=MFA)["Location"]))
    first = authorize(browser, acr_values=MFA, **override)
    assert first["Location"].startswith("/acme/login?")
    question = pick_persona(browser, first["Location"])
    assert "code" in approve(browser, question)


def test_one_of_the_classes_is_enough_and_the_first_that_is_met_is_told(browser: Client) -> None:
    type_password(browser, authorize(browser)["Location"])
    either = claims_of(browser, answer_of(authorize(browser, acr_values=f"{MFA} {PASSWORD}"))["code"])
    assert either["acr"] == PASSWORD
    approve(browser, authorize(browser, acr_values=MFA))
    weaker = claims_of(browser, answer_of(authorize(browser, acr_values=f"{PASSWORD} {MFA}"))["code"])
    assert weaker["acr"] == PASSWORD


def test_a_click_does_not_do_where_a_password_is_asked_for(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=PASSWORD)["Location"]
    assert "Continue as" not in browser.get(url).content.decode()
    assert post_form(browser, url, persona=people.ALICE.sub).status_code == 400
    skipped = browser.get(url.replace("/acme/login", "/acme/authorize/resume"))
    assert answer_of(skipped)["error"] == "unmet_authentication_requirements"
    assert "code" in answer_of(type_password(browser, url))


@pytest.mark.parametrize("acr_values", ["urn:example:other", f"{MFA}x", MFA.upper()])
def test_what_cannot_be_met_is_said_and_nobody_is_sent_round(browser: Client, acr_values: str) -> None:
    sign_in(browser)
    answer = answer_of(authorize(browser, acr_values=acr_values))
    assert answer["error"] == "unmet_authentication_requirements"
    assert "code" in answer_of(authorize(browser, acr_values=f"{acr_values} 0"))


def test_endless_acr_values_are_refused(browser: Client) -> None:
    sign_in(browser)
    assert answer_of(authorize(browser, acr_values="x" * 513))["error"] == "invalid_request"


def test_going_back_without_an_answer_asks_again(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    skipped = browser.get(url.replace("/acme/login/second-factor", "/acme/authorize/resume"))
    assert urlsplit(skipped["Location"]).path == "/acme/login/second-factor"


# The answer


def test_the_page_says_that_it_is_a_simulation_and_who_asks(browser: Client) -> None:
    page = browser.get(pick_persona(browser, authorize(browser, acr_values=MFA)["Location"])["Location"])
    said = page.content.decode()
    assert "demo only: simulated" in said
    assert "No device is asked" in said
    assert "Is it you, Alice Anders, signing in to Agent0?" in said
    assert page["Cache-Control"] == "no-store"
    assert "form-action 'self' http://localhost:8001" in page["Content-Security-Policy"]


@pytest.mark.parametrize("answer", ["refuse", "", "APPROVE"])
def test_a_no_stops_the_sign_in_and_is_in_the_log(browser: Client, answer: str) -> None:
    sign_in(browser)
    question = authorize(browser, acr_values=MFA)
    refused = answer_push(browser, question, answer)
    assert (refused.status_code, IdpSession.objects.get().second_factor_at) == (200, None)
    event = Event.objects.order_by("-pk")[0]
    assert (event.event_type, event.outcome, event.person_name) == (
        "user.authentication.auth_via_mfa", "denied", "Alice Anders",
    )  # fmt: skip
    assert "error=unmet_authentication_requirements" in refused.context["back"]
    assert refused.context["back"].startswith("http://localhost:8001/signin/callback?")
    assert "code" in approve(browser, question)
    assert Event.objects.filter(event_type="user.authentication.auth_via_mfa", outcome="allowed").count() == 1


def test_a_late_yes_does_not_count_and_a_new_question_comes(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    fields = push_of(browser.get(url)) | {"answer": "approve"}
    later = clock.now() + timedelta(minutes=2, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    late = browser.post(url, fields)
    assert (late.status_code, IdpSession.objects.get().second_factor_at) == (400, None)
    assert "no longer valid" in late.content.decode()
    assert browser.post(url, push_of(late) | {"answer": "approve"}).status_code == 303


def test_after_a_no_the_same_question_takes_no_yes(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    other_tab, fields = push_of(browser.get(url)), push_of(browser.get(url))
    assert browser.post(url, fields | {"answer": "refuse"}).status_code == 200
    for asked_before in (fields, other_tab):
        assert browser.post(url, asked_before | {"answer": "approve"}).status_code == 400
    assert IdpSession.objects.get().second_factor_at is None
    assert browser.post(url, push_of(browser.get(url)) | {"answer": "approve"}).status_code == 303


def test_a_question_of_an_earlier_sign_in_does_not_count(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    earlier = browser.get(url).context["push"]
    sign_in(browser, prompt="login")
    fields = push_of(browser.get(url)) | {"answer": "approve"}
    assert browser.post(url, fields | {"push": earlier}).status_code == 400
    assert browser.post(url, fields).status_code == 303


def test_an_answer_to_somebody_elses_question_does_not_count(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    alices = browser.get(url).context["push"]
    sign_in(browser, person=people.BOB, prompt="select_account")
    bobs = push_of(browser.get(url))
    assert browser.post(url, bobs | {"answer": "approve", "push": alices}).status_code == 400
    assert browser.post(url, bobs | {"answer": "approve"}).status_code == 303
    assert IdpSession.objects.get(person__login=people.ALICE.email).second_factor_at is None


@pytest.mark.parametrize("push", ["", "x", "e30:1abc:def"])
def test_a_yes_without_a_question_does_not_count(browser: Client, push: str) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    fields = push_of(browser.get(url)) | {"answer": "approve"}
    assert browser.post(url, fields | {"push": push}).status_code == 400
    assert browser.post(url, fields).status_code == 303


def elsewhere() -> Client:
    return Client(enforce_csrf_checks=True, REMOTE_ADDR="198.51.100.9")


def status_of_question(browser: Client, person: people.Person = people.ALICE) -> int:
    sign_in(browser, person=person)
    return browser.get(authorize(browser, acr_values=MFA)["Location"]).status_code


@pytest.mark.spec("SEC-34")
def test_whoever_says_no_again_and_again_is_not_asked_any_more_from_anywhere(browser: Client) -> None:
    """Somebody has her password, and hopes that she will tire of saying no."""
    sign_in(browser)
    question = authorize(browser, acr_values=MFA)
    for _ in range(second_factor.REFUSALS_OF_PERSON):
        assert answer_push(browser, question, "refuse").status_code == 200
    unasked = browser.get(question["Location"])
    assert (unasked.status_code, "push" in unasked.context) == (429, False)
    assert 0 < int(unasked["Retry-After"]) <= WINDOW
    assert status_of_question(elsewhere()) == 429
    assert status_of_question(elsewhere(), people.BOB) == 200
    FailedAttempts.objects.update(ends_at=timezone.now())
    assert "code" in approve(browser, question)


@pytest.mark.spec("SEC-34")
def test_after_too_many_answers_to_no_question_not_even_a_yes_is_taken(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    fields = push_of(browser.get(url)) | {"answer": "approve"}
    for _ in range(second_factor.LOST_ANSWERS):
        assert browser.post(url, fields | {"push": "guessed"}).status_code == 400
    assert browser.post(url, fields).status_code == 429
    assert IdpSession.objects.get().second_factor_at is None
    assert status_of_question(elsewhere()) == 200


def test_the_answer_needs_its_csrf_token(browser: Client) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    fields = {"push": browser.get(url).context["push"], "answer": "approve"}
    assert browser.post(url, fields).status_code == 403
    assert IdpSession.objects.get().second_factor_at is None


@pytest.mark.spec("OI-06")
def test_the_browser_session_key_changes_with_a_second_factor(browser: Client) -> None:
    sign_in(browser)
    before = browser.session.session_key
    approve(browser, authorize(browser, acr_values=MFA))
    assert browser.session.session_key != before


def test_the_page_is_for_a_request_that_waits_and_a_person_who_is_here(browser: Client, alice: Person) -> None:
    sign_in(browser)
    url = authorize(browser, acr_values=MFA)["Location"]
    assert browser.get(url).status_code == 200
    for lost in ("/acme/login/second-factor", f"{url}A", url.replace("/acme/", "/globex/", 1)):
        assert browser.get(lost).status_code == 400
    assert Client().get(url).status_code == 400
    Person.objects.filter(pk=alice.pk).update(status="suspended")
    assert browser.get(url).status_code == 403


def test_a_second_factor_at_one_enterprise_is_none_at_another(browser: Client) -> None:
    approve(browser, pick_persona(browser, authorize(browser, acr_values=MFA)["Location"]))
    sign_in(browser, AGENT0_AT_GLOBEX, people.GLOBEX_ALICE)
    question = authorize(browser, AGENT0_AT_GLOBEX, acr_values=MFA)
    assert urlsplit(question["Location"]).path == "/globex/login/second-factor"
