"""A Run that somebody wants a better sign-in for: the person is told who, goes there once, and it goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent0.jobs.models import Run
from tests.agent0.answers import Answer, refusal

pytestmark = pytest.mark.django_db

MFA = "urn:mfa"
OUTCOME = {"code": "stronger_signin", "leg": "ask_idp", "max_age": 60, "acr_values": MFA}
CHALLENGE = 'Bearer error="insufficient_user_authentication", acr_values="urn:mfa", max_age="60"'


@pytest.fixture
def asked_for(make_run) -> Run:
    """Refused a moment ago, because of how she had signed in."""
    return make_run(state=Run.State.REFUSED, outcome=OUTCOME, finished_at=timezone.now())


def sign_in_again(session, *, acr: str = MFA, age: float = 0, ago: float = 0) -> None:
    """What a new sign-in leaves behind, by this browser's own session."""
    now = timezone.now()
    type(session).objects.filter(pk=session.pk).update(
        started_at=now - timedelta(seconds=ago), acr=acr, auth_time=now - timedelta(seconds=age)
    )


def go_on(browser, run: Run) -> Run:
    answer = browser.get(f"/runs/{run.uuid}/go-on")
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.uuid}")
    return Run.objects.get(uuid=run.uuid)


# Who asks, and for what


@pytest.mark.spec("SU-09")
def test_the_api_is_heard_when_it_wants_a_better_sign_in(far_side, make_run, do):
    far_side.add_todo("Send invoice")
    body = {"error": "insufficient_user_authentication", "message": "Expected a sign-in of urn:mfa."}
    far_side.answers["delete"] = Answer(401, body, {"WWW-Authenticate": CHALLENGE})
    done = do(make_run(Run.Kind.DELETE_ALL))
    assert (done.state, done.outcome["code"], done.outcome["leg"]) == ("refused", "stronger_signin", "call_api")
    assert (done.outcome["max_age"], done.outcome["acr_values"]) == (60, MFA)
    assert len(far_side.requests_of("delete")) == len(far_side.requests_of("exchange")) == 1


@pytest.mark.parametrize(("leg", "party"), [("ask_idp", "Acme"), ("present", "Todo0"), ("call_api", "Todo0")])
def test_the_person_is_told_who_asks_and_where_to_sign_in(browser, make_run, leg, party):
    outcome = OUTCOME | {"leg": leg}
    run = make_run(state=Run.State.REFUSED, outcome=outcome, finished_at=timezone.now())
    page = browser.get(f"/runs/{run.uuid}").content.decode()
    assert f"{party} asks for a stronger sign-in" in page
    assert "Sign in at Acme as asked" in page


@pytest.mark.spec("SU-05")
@pytest.mark.parametrize(
    ("demand", "sent"),
    [
        ({"max_age": 60, "acr_values": MFA}, "max_age=60&amp;acr_values=urn%3Amfa&amp;next="),
        ({"max_age": None, "acr_values": MFA}, "connection=enterprise&amp;acr_values=urn%3Amfa&amp;next="),
        ({"max_age": 0, "acr_values": ""}, "connection=enterprise&amp;max_age=0&amp;next="),
        ({"max_age": None, "acr_values": ""}, "connection=enterprise&amp;prompt=login&amp;next="),
    ],
)
def test_the_way_leads_to_the_idp_with_what_was_asked_for_and_back_to_the_run(browser, make_run, demand, sent):
    run = make_run(state=Run.State.REFUSED, outcome=OUTCOME | demand, finished_at=timezone.now())
    page = browser.get(f"/runs/{run.uuid}").content.decode()
    assert f"{sent}/runs/{run.uuid}/go-on" in page


# Going on


@pytest.mark.spec("SU-05", "SU-06", "SU-11")
def test_after_the_sign_in_it_goes_on_by_itself_and_once(browser, session, asked_for, published):
    assert go_on(browser, asked_for).state == Run.State.REFUSED, "the sign-in that was too weak is still the one"
    sign_in_again(session)
    went = go_on(browser, asked_for)
    assert (went.state, went.stepped_up, went.session_id) == (Run.State.QUEUED, True, session.pk)
    Run.objects.filter(uuid=went.uuid).update(state=Run.State.REFUSED, outcome=OUTCOME, finished_at=timezone.now())
    sign_in_again(session)
    assert go_on(browser, asked_for).state == Run.State.REFUSED
    browser.post(f"/runs/{asked_for.uuid}/try-again")
    assert Run.objects.get(uuid=asked_for.uuid).state == Run.State.REFUSED


@pytest.mark.spec("SU-06")
@pytest.mark.parametrize("weak", [{"acr": "urn:password"}, {"acr": ""}, {"acr": "urn:mfa2"}, {"age": 121}])
def test_a_new_sign_in_that_is_not_what_was_asked_for_does_not_do(browser, session, asked_for, weak):
    sign_in_again(session, **weak)
    assert go_on(browser, asked_for).state == Run.State.REFUSED
    assert "Sign in at Acme as asked" in browser.get(f"/runs/{asked_for.uuid}").content.decode()
    sign_in_again(session)
    assert go_on(browser, asked_for).state == Run.State.QUEUED


def test_a_sign_in_from_before_does_not_do(browser, session, asked_for):
    sign_in_again(session, ago=30)
    assert go_on(browser, asked_for).state == Run.State.REFUSED


def test_whoever_comes_back_by_another_way_goes_on_with_one_click(browser, session, asked_for):
    sign_in_again(session)
    page = browser.get(f"/runs/{asked_for.uuid}").content.decode()
    assert f'action="/runs/{asked_for.uuid}/try-again"' in page
    browser.post(f"/runs/{asked_for.uuid}/try-again")
    went = Run.objects.get(uuid=asked_for.uuid)
    assert (went.state, went.stepped_up) == (Run.State.QUEUED, True)


@pytest.mark.parametrize("code", ["blocked_by_idp", "sign_in_again", "signin_not_enough", "cancelled"])
def test_no_other_refusal_is_cured_by_a_sign_in(browser, session, make_run, code):
    run = make_run(state=Run.State.REFUSED, outcome={"code": code}, finished_at=timezone.now())
    sign_in_again(session)
    assert go_on(browser, run).state == Run.State.REFUSED


def test_another_persons_run_does_not_go_on(browser, session, asked_for, bob):
    sign_in_again(session)
    Run.objects.filter(uuid=asked_for.uuid).update(user=bob)
    assert browser.get(f"/runs/{asked_for.uuid}/go-on").status_code == 404


# Once


@pytest.mark.spec("SU-11")
@pytest.mark.parametrize("what", ["exchange", "create"])
def test_nobody_is_sent_round_in_circles(far_side, make_run, do, browser, what):
    demands = {
        "exchange": refusal("insufficient_user_authentication"),
        "create": Answer(401, {"error": "insufficient_user_authentication"}, {"WWW-Authenticate": CHALLENGE}),
    }
    far_side.answers[what] = demands[what]
    first, second = do(make_run()), do(make_run(stepped_up=True))
    assert (first.outcome["code"], second.outcome["code"]) == ("stronger_signin", "signin_not_enough")
    page = browser.get(f"/runs/{second.uuid}").content.decode()
    assert "asks for a stronger sign-in again" in page
    assert "/signin/start" not in page
    del far_side.answers[what]
    assert do(make_run(stepped_up=True)).state == Run.State.DONE


def test_a_failure_after_the_sign_in_may_be_tried_again_but_no_second_sign_in(browser, session, make_run):
    failed = make_run(
        state=Run.State.FAILED, outcome={"code": "idp_down"}, finished_at=timezone.now(), stepped_up=True
    )
    browser.post(f"/runs/{failed.uuid}/try-again")
    went = Run.objects.get(uuid=failed.uuid)
    assert (went.state, went.stepped_up) == (Run.State.QUEUED, True)


def test_whoever_asks_for_a_better_sign_in_has_not_said_no(browser, asked_for):
    assert "Managed by Acme" in browser.get("/connections").content.decode()
