"""Each way it does not work out: who decided, that nothing was done, and that nobody asks twice."""

import pytest

from agent0.assistant import outcomes
from agent0.jobs.models import Run
from tests.agent0.answers import Answer, access_token_answer, id_jag_answer, refusal
from xaa import protocol

pytestmark = pytest.mark.django_db

BY_IDP = {
    "access_denied": "blocked_by_idp",
    "invalid_target": "blocked_by_idp",
    "invalid_scope": "blocked_by_idp",
    "unauthorized_client": "blocked_by_idp",
    "something_new": "blocked_by_idp",
    "invalid_grant": "sign_in_again",
    "invalid_request": "sign_in_again",
    "insufficient_user_authentication": "stronger_signin",
    "unsupported_grant_type": "misconfigured",
}
BY_RESOURCE_AS = {
    "invalid_scope": "refused_by_resource",
    "access_denied": "refused_by_resource",
    "unauthorized_client": "refused_by_resource",
    "insufficient_user_authentication": "stronger_signin",
}


@pytest.fixture
def run(make_run) -> Run:
    return make_run(Run.Kind.ADD)


def test_it_is_done_when_nobody_refuses(far_side, run, do):
    assert do(run).state == Run.State.DONE


@pytest.mark.parametrize(("error", "code"), BY_IDP.items())
def test_it_refuses_what_the_idp_refuses(far_side, run, do, error, code):
    far_side.answers["exchange"] = refusal(error, "because Carol said so")
    done = do(run)
    assert (done.state, done.outcome["code"], done.outcome["leg"]) == (Run.State.REFUSED, code, "ask_idp")
    assert (done.outcome["error"], done.outcome["description"]) == (error, "because Carol said so")
    assert far_side.todos == {}


@pytest.mark.spec("MD-16")
@pytest.mark.parametrize(("error", "code"), BY_RESOURCE_AS.items())
def test_it_refuses_what_the_resource_app_refuses(far_side, run, do, error, code):
    far_side.answers["redeem"] = refusal(error)
    done = do(run)
    assert (done.state, done.outcome["code"], done.outcome["leg"]) == (Run.State.REFUSED, code, "present")
    assert far_side.requests_of("create") == []


@pytest.mark.parametrize(("error", "code"), BY_RESOURCE_AS.items())
def test_a_code_means_the_same_with_auth0s_403(far_side, run, do, error, code):
    far_side.answers["redeem"] = refusal(error, status=403)
    assert do(run).outcome["code"] == code


@pytest.mark.parametrize("status", [400, 401])
def test_it_refuses_its_own_wrong_secret_as_a_matter_of_set_up(far_side, run, do, status):
    far_side.answers["exchange"] = refusal("invalid_client", status=status)
    assert do(run).outcome["code"] == "misconfigured"


@pytest.mark.spec("RF-07", "RF-03")
def test_a_policy_denial_is_final_and_asked_for_once(far_side, run, do):
    far_side.answers["exchange"] = refusal("access_denied")
    done = do(run)
    asked = [seen.what for seen in far_side.seen if not seen.what.endswith("metadata")]
    assert asked == ["exchange"], "no redemption, no consent screen, no other way in"
    assert done.attempts == 1
    assert outcomes.explain(done.outcome, idp="Acme").next_step == outcomes.ASK_ADMIN


@pytest.mark.spec("RF-07", "RF-03")
def test_it_asks_for_one_fresh_id_jag_when_the_first_is_refused_and_no_more(far_side, run, do):
    far_side.answers["redeem"] = refusal("invalid_grant", "Assertion is invalid or has expired")
    done = do(run)
    assert done.outcome["code"] == "refused_by_resource"
    assert len(far_side.requests_of("exchange")) == len(far_side.requests_of("redeem")) == 2


@pytest.mark.spec("RF-03", "RF-07")
@pytest.mark.parametrize("status", [400, 401])
def test_invalid_grant_means_the_same_with_either_status(far_side, run, do, status):
    """RFC 6749 §5.2 has 400; servers answer with 401, too."""
    far_side.answers["redeem"] = refusal("invalid_grant", status=status, times=1)
    assert do(run).state == Run.State.DONE
    assert len(far_side.requests_of("exchange")) == len(far_side.requests_of("redeem")) == 2


@pytest.mark.parametrize("status", [400, 401])
def test_the_idps_invalid_grant_means_the_same_with_either_status_and_is_final(far_side, run, do, status):
    far_side.answers["exchange"] = refusal("invalid_grant", status=status)
    assert do(run).outcome["code"] == "sign_in_again"
    assert len(far_side.requests_of("exchange")) == 1


@pytest.mark.parametrize("description", ["User not found", "User not found.", "user not found"])
def test_it_tells_dan_that_he_has_no_account(far_side, run, do, description):
    far_side.answers["redeem"] = refusal("invalid_grant", description)
    assert do(run).outcome["code"] == "no_account"


@pytest.mark.spec("TR-14")
def test_it_stops_before_the_api_when_the_idp_narrowed_the_scope(far_side, run, do):
    far_side.answers["exchange"] = id_jag_answer(scope="todos.read")
    far_side.answers["redeem"] = access_token_answer(scope="todos.read")
    done = do(run)
    assert (done.state, done.outcome["code"]) == (Run.State.REFUSED, "read_only_by_idp")
    assert (done.outcome["asked"], done.outcome["granted"]) == ("todos.read todos.write", "todos.read")
    assert far_side.requests_of("create") == []


@pytest.mark.spec("TR-14")
def test_it_says_that_the_resource_app_narrowed_the_scope_when_it_did(far_side, run, do):
    far_side.answers["redeem"] = access_token_answer(scope="todos.read")
    assert do(run).outcome["code"] == "read_only_by_resource"


def test_it_says_refused_when_not_even_reading_is_left(far_side, run, do):
    far_side.answers["redeem"] = access_token_answer(scope="other")
    assert do(run).outcome["code"] == "refused_by_resource"


def test_a_narrowed_token_is_not_used_again_after_the_policy_was_widened(far_side, make_run, do):
    far_side.answers["redeem"] = access_token_answer(scope="todos.read")
    do(make_run(Run.Kind.ADD))
    del far_side.answers["redeem"]
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE


def test_it_refuses_when_the_api_wants_a_scope_that_the_token_lacks(far_side, run, do):
    far_side.answers["create"] = Answer(403, {"error": "insufficient_scope", "message": "todos.write"})
    assert do(run).outcome["code"] == "read_only_by_resource"


@pytest.mark.spec("RF-07")
def test_it_gets_one_new_token_when_the_api_takes_none_and_no_more(far_side, run, do):
    far_side.answers["create"] = Answer(
        401, {"error": "invalid_token"}, {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
    assert do(run).outcome["code"] == "refused_by_resource"
    assert len(far_side.requests_of("create")) == len(far_side.requests_of("exchange")) == 2


@pytest.mark.spec("TR-04")
@pytest.mark.parametrize(
    "wrong",
    [{"token_type": "Bearer"}, {"issued_token_type": protocol.TOKEN_TYPE_ACCESS_TOKEN}, {"access_token": ""}],
)
def test_it_throws_away_an_exchange_answer_that_breaks_a_rule(far_side, run, do, wrong):
    far_side.answers["exchange"] = id_jag_answer(**wrong)
    done = do(run)
    assert (done.state, done.outcome["code"]) == (Run.State.FAILED, "unusable_answer")
    assert far_side.requests_of("redeem") == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        {"todos": 1},
        {"todos": [{"id": "x"}]},
        {"todos": [{"id": 1, "title": 2, "done": True, "due_on": None}]},
    ],
)
def test_it_throws_away_an_api_answer_that_it_cannot_read(far_side, make_run, do, body):
    far_side.answers["list"] = Answer(200, body)
    assert do(make_run(Run.Kind.LIST)).outcome["code"] == "unusable_answer"


def test_it_keeps_no_more_of_a_title_than_a_page_can_look_through(far_side, make_run, do):
    """Whether a title speaks to the agent is looked for at every view, in time that grows with its square."""
    todo = {"id": 1, "title": "forget " * 30_000, "done": False, "due_on": None}
    far_side.answers["list"] = Answer(200, {"todos": [todo | {"title": "Book venue"}, todo], "next": None})
    short, long = do(make_run(Run.Kind.LIST)).outcome["todos"]
    assert (short["title"], long["title"]) == ("Book venue", ("forget " * 30_000)[:500])


@pytest.mark.spec("MD-08")
def test_it_does_not_use_metadata_of_another_issuer_and_knows_that_no_other_try_helps(far_side, run, do):
    far_side.answers["idp_metadata"] = Answer(
        200, {"issuer": "https://evil.example", "token_endpoint": far_side.url}
    )
    done = do(run)
    assert (done.state, done.outcome["code"], done.outcome["leg"]) == (
        Run.State.FAILED,
        "misconfigured",
        "ask_idp",
    )
    assert "found 'https://evil.example'" in done.outcome["reason"]
    assert far_side.requests_of("exchange") == []


def test_it_throws_away_metadata_that_name_no_token_endpoint(far_side, run, do, settings):
    far_side.answers["idp_metadata"] = Answer(200, {"issuer": settings.IDP_ISSUER})
    done = do(run)
    assert (done.outcome["code"], done.outcome["leg"]) == ("unusable_answer", "ask_idp")


@pytest.mark.parametrize("code", outcomes.EXPLANATIONS)
def test_each_refusal_says_who_decided_and_who_can_change_it(code):
    explanation = outcomes.explain({"code": code, "leg": "ask_idp"}, idp="Acme")
    words = [explanation.title, explanation.happened, explanation.decided_by, explanation.mended_by]
    assert all(word and "{" not in word for word in words)
