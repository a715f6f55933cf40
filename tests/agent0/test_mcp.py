"""The worker over MCP: everything found from one refusal, and nothing given to whom the far side would like."""

import base64
import time

import pytest
from django.urls import reverse

from agent0.jobs import mcp_client
from agent0.jobs.models import Run, Step
from agent0.ways import Way
from stage.kit import state
from stage.kit.state import Hold, StageState
from tests.agent0.answers import Answer, refusal
from tests.agent0.far_side import FarSide
from xaa import protocol

pytestmark = pytest.mark.django_db


@pytest.fixture
def over_mcp(make_run):
    return lambda kind=Run.Kind.ADD, **override: make_run(kind, way=Way.MCP, **override)


def sent(far_side: FarSide) -> list[str]:
    return [seen.what for seen in far_side.seen]


@pytest.mark.spec("MC-01", "MC-02", "MC-08", "MC-09", "MC-10", "MC-13", "MD-11", "MD-13")
def test_it_finds_all_it_needs_from_a_401_and_adds_the_todo_with_a_tool(far_side, over_mcp, do):
    run = do(over_mcp())
    assert run.state == Run.State.DONE, run.outcome
    assert [todo["title"] for todo in far_side.todos.values()] == ["Book venue"]
    assert sent(far_side)[:6] == ["mcp", "resource_metadata", "as_metadata", "idp_metadata", "exchange", "redeem"]
    exchange = far_side.requests_of("exchange")[0].form
    assert (exchange["audience"], exchange["resource"]) == (far_side.url, f"{far_side.url}/mcp")
    calls = far_side.requests_of("mcp")
    assert "authorization" not in calls[0].headers
    assert {seen.headers["authorization"] for seen in calls[1:]} == {"Bearer access-token-1"}
    assert {seen.path for seen in calls} == {"/mcp"}
    assert {seen.body["method"] for seen in calls[1:]} == {"server/discover", "tools/list", "tools/call"}


def test_its_steps_begin_with_who_guards_the_server(far_side, over_mcp, do):
    steps = list(do(over_mcp()).steps.all())
    assert [step.name for step in steps] == [
        Step.Name.DISCOVER, Step.Name.NEED_TOKEN, Step.Name.ASK_IDP, Step.Name.PRESENT, Step.Name.CALL_API,
    ]  # fmt: skip
    assert {step.state for step in steps} == {Step.State.PASSED}
    assert steps[0].detail == {"guarded_by": far_side.url}


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("is_streaming", [False, True])
def test_it_lists_page_by_page_and_completes_at_servers_of_both_generations(
    far_side, over_mcp, do, is_old, is_streaming
):
    far_side.is_old, far_side.is_streaming = is_old, is_streaming
    for number in range(110):
        far_side.add_todo(f"Todo {number}")
    run = do(over_mcp(Run.Kind.COMPLETE, arguments={"title": "todo 105"}))
    assert (run.state, run.outcome["code"]) == (Run.State.DONE, "completed"), run.outcome
    assert [call["name"] for call in far_side.tool_calls()] == ["list_todos", "list_todos", "complete_todo"]
    assert [todo["title"] for todo in far_side.todos.values() if todo["done"]] == ["Todo 105"]


def test_a_repeated_run_adds_one_todo(far_side, over_mcp, do):
    run = over_mcp()
    do(run)
    Run.objects.filter(uuid=run.uuid).update(state=Run.State.QUEUED)
    assert do(run).state == Run.State.DONE
    assert [call["arguments"]["idempotency_key"] for call in far_side.tool_calls()] == [
        str(run.idempotency_key)
    ] * 2
    assert len(far_side.todos) == 1


@pytest.mark.parametrize("is_held", [True, False], ids=["at a closed gate", "else"])
def test_nobody_is_given_up_on_while_an_audience_looks_at_a_message(far_side, over_mcp, do, monkeypatch, is_held):
    now = time.time()
    monkeypatch.setattr(mcp_client, "SECONDS", 0.05)
    far_side.pause = 0.3
    state.use(StageState(hold=Hold(now, now + 60)) if is_held else StageState())
    try:
        run = do(over_mcp())
    finally:
        state.use(StageState())
    assert (run.state == Run.State.DONE) is is_held, run.outcome


def test_a_todo_that_is_gone_is_told_as_over_rest(far_side, over_mcp, do):
    run = over_mcp(Run.Kind.COMPLETE, targets=[{"id": 7, "title": "Book venue", "done": False, "due_on": None}])
    assert do(run).outcome["code"] == "no_such_todo"


@pytest.mark.spec("MD-13", "MC-01")
@pytest.mark.parametrize("servers", [["https://evil.example"], [], ["{url}/"], "none", [7]])
def test_it_goes_to_no_authorization_server_but_the_one_that_the_settings_name(far_side, over_mcp, do, servers):
    is_list = isinstance(servers, list)
    named = [str(one).format(url=far_side.url) if one != 7 else 7 for one in servers] if is_list else far_side.url
    document = far_side._resource_metadata(None).body | {"authorization_servers": named}
    far_side.answers["resource_metadata"] = Answer(200, document)
    run = do(over_mcp())
    assert (run.state, run.outcome["code"], run.outcome["leg"]) == (
        Run.State.FAILED,
        "unusable_answer",
        "discover",
    )
    assert not {"exchange", "redeem"} & set(sent(far_side))


@pytest.mark.spec("MD-13")
def test_of_several_it_takes_the_one_it_is_registered_at(far_side, over_mcp, do):
    document = far_side._resource_metadata(None).body
    servers = ["https://evil.example", *document["authorization_servers"]]
    far_side.answers["resource_metadata"] = Answer(200, document | {"authorization_servers": servers})
    assert do(over_mcp()).state == Run.State.DONE


@pytest.mark.spec("MD-11", "MC-18")
@pytest.mark.parametrize("resource", ["{url}/mcp/", "{url}", "{url}/MCP", "https://todo.example/mcp", None, 7])
def test_it_believes_no_document_of_another_resource(far_side, over_mcp, do, resource):
    named = resource.format(url=far_side.url) if isinstance(resource, str) else resource
    document = far_side._resource_metadata(None).body | {"resource": named}
    far_side.answers["resource_metadata"] = Answer(200, document)
    run = do(over_mcp())
    assert (run.state, run.outcome["code"], run.outcome["leg"]) == (
        Run.State.FAILED,
        "unusable_answer",
        "discover",
    )
    assert "exchange" not in sent(far_side)


@pytest.mark.spec("MC-08")
@pytest.mark.parametrize("missing", [protocol.META_GRANT_PROFILES, "grant_types_supported"])
def test_it_asks_the_idp_for_nothing_when_the_server_does_not_say_that_it_takes_id_jags(
    far_side, over_mcp, do, missing
):
    document = far_side._as_metadata(None).body
    far_side.answers["as_metadata"] = Answer(200, {name: document[name] for name in document if name != missing})
    run = do(over_mcp())
    assert (run.outcome["code"], run.outcome["leg"]) == ("unusable_answer", "discover")
    assert missing in run.outcome["reason"]
    assert "exchange" not in sent(far_side)


def test_a_server_that_asks_for_no_token_gets_none(far_side, over_mcp, do):
    far_side.answers["mcp"] = Answer(200, {"jsonrpc": "2.0", "id": 1, "result": {}})
    assert do(over_mcp()).outcome["leg"] == "discover"
    assert "exchange" not in sent(far_side)


@pytest.mark.spec("MC-14")
def test_it_comes_back_once_with_the_scope_that_a_challenge_adds(far_side, over_mcp, do):
    """A list is asked for with reading alone. This server wants writing for it, which Agent0 may have, too."""
    far_side.wanted_scope = "todos.write"
    assert do(over_mcp(Run.Kind.LIST)).state == Run.State.DONE
    assert [seen.form["scope"] for seen in far_side.requests_of("exchange")] == [
        "todos.read",
        "todos.read todos.write",
    ]


@pytest.mark.spec("MC-14")
@pytest.mark.parametrize(("wanted", "exchanges"), [("todos.write", 2), ("admin", 1), ("todos.read", 1)])
def test_a_challenge_without_end_is_answered_at_most_once(far_side, over_mcp, do, wanted, exchanges):
    """And not at all when it wants what Agent0 never asks for, or what it has already."""
    far_side.wanted_scope, far_side.insists = wanted, True
    run = do(over_mcp(Run.Kind.LIST))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "read_only_by_resource")
    assert len(far_side.requests_of("exchange")) == exchanges


def test_after_a_refusal_nothing_more_is_sent(far_side, over_mcp, do):
    """The SDK would take the refused probe for an old server, and begin its handshake."""
    far_side.wanted_scope, far_side.insists = "admin", True
    do(over_mcp(Run.Kind.LIST))
    assert [seen.body["method"] for seen in far_side.requests_of("mcp")] == ["ping", "server/discover"]


def test_a_denial_of_the_idp_ends_it_before_the_server_is_called(far_side, over_mcp, do):
    far_side.answers["exchange"] = refusal("access_denied")
    run = do(over_mcp())
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "blocked_by_idp")
    assert len(far_side.requests_of("mcp")) == 1


def test_a_tool_that_wants_a_stronger_sign_in_leads_to_one(far_side, over_mcp, do):
    far_side.tools_fail = far_side.challenge(error="insufficient_user_authentication", max_age="60")
    run = do(over_mcp())
    assert (run.state, run.outcome["code"], run.outcome["max_age"]) == (Run.State.REFUSED, "stronger_signin", 60)


@pytest.mark.parametrize(("answer", "code"), [(Answer(503), "resource_down"), (Answer(429), "resource_limited")])
def test_a_server_that_says_later_is_tried_later(far_side, over_mcp, do, answer, code):
    far_side.tools_fail = answer
    run = do(over_mcp())
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, code)
    far_side.tools_fail = None
    Run.objects.filter(uuid=run.uuid).update(not_before=None)
    assert do(run).state == Run.State.DONE


@pytest.mark.parametrize(
    "result",
    [
        {"content": [], "isError": False, "resultType": "complete"},
        {"content": [], "structuredContent": {"todos": 7}, "isError": False, "resultType": "complete"},
        {"content": "no list"},
        7,
    ],
)
def test_it_believes_no_result_that_is_not_as_mcp_and_todo0_have_it(far_side, over_mcp, do, result):
    far_side.tool_result = result
    run = do(over_mcp(Run.Kind.LIST))
    assert (run.state, run.outcome["code"]) == (Run.State.FAILED, "unusable_answer"), run.outcome


@pytest.mark.spec("PP-19")
def test_with_dpop_on_every_message_has_a_proof_for_the_servers_address(far_side, over_mcp, do, settings):
    from tests.agent0.test_dpop import answer_bound

    settings.DPOP = True
    answer_bound(far_side)
    assert do(over_mcp()).state == Run.State.DONE
    calls = far_side.requests_of("mcp")[1:]
    assert all(seen.headers["authorization"].startswith("DPoP ") for seen in calls)
    proofs = [seen.headers["dpop"].split(".")[1] for seen in calls]
    claims = [base64.urlsafe_b64decode(part + "==").decode() for part in proofs]
    assert len(set(claims)) == len(calls) >= 2
    assert all(f'"htu":"{far_side.url}/mcp"' in one and '"ath"' in one for one in claims)


def test_deleting_is_not_offered_and_nobody_is_asked(far_side, over_mcp, do, browser):
    run = do(over_mcp(Run.Kind.DELETE_ALL))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "not_offered")
    assert far_side.seen == []
    page = browser.get(reverse("assistant:run", args=[run.uuid])).content.decode()
    assert "Todo0 has no tool for that" in page
    assert reverse("assistant:connections") in page


def test_a_person_chooses_the_way_and_the_next_run_takes_it(session, browser, far_side, do):
    page = browser.get("/connections").content.decode()
    assert "The way to Todo0: REST API" in page
    answer = browser.post("/connections/way", {"way": "mcp"}, follow=True)
    assert "From now on, Agent0 uses Todo0&#x27;s MCP server." in answer.content.decode()
    browser.post("/chat/ask", {"words": 'Add "Over MCP"', "turn": "8d8ac610-566d-4ef0-9c22-186b2a5ed793"})
    run = Run.objects.get()
    assert run.way == Way.MCP
    assert do(run).state == Run.State.DONE
    card = browser.get(reverse("assistant:card", args=[run.uuid])).content.decode()
    assert "MCP server" in card
    assert "Call Todo0&#x27;s MCP server with the access token" in card
    browser.post("/connections/way", {"way": "carrier pigeon"})
    session.refresh_from_db()
    assert session.way == Way.MCP


def test_the_settings_say_where_a_sign_in_starts(alice, settings):
    from stage.kit import people
    from tests.agent0.conftest import sign_in

    assert sign_in(alice, people.ALICE).way == Way.REST
    settings.RESOURCE_WAY = "mcp"
    assert sign_in(alice, people.ALICE, sid="sid-2").way == Way.MCP
