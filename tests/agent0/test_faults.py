"""What the stage can break at Agent0: what it sends is altered, sent twice or slow, or it asks for too little."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from agent0.assistant.cards import Card
from agent0.faults import evil0, line
from agent0.jobs.models import Run
from stage.kit.registry.faults import load_faults
from tests import builders
from tests.agent0.answers import Answer, access_token_answer, id_jag_answer
from tests.agent0.conftest import ID_TOKEN
from tests.agent0.far_side import FarSide
from tests.faults_side import Arm
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
Do = Callable[..., Run]


@pytest.fixture
def signed(far_side: FarSide) -> str:
    """The IdP answers with a real JWT, so that there is something to alter."""
    id_jag = builders.build_id_jag(aud=far_side.url, resource=f"{far_side.url}/api")
    far_side.answers["exchange"] = id_jag_answer(access_token=id_jag)
    return id_jag


@pytest.fixture
def stage(far_side: FarSide, monkeypatch: pytest.MonkeyPatch) -> FarSide:
    """The stage's door, at the far side too: it answers what a test says, and notes what came."""
    monkeypatch.setattr(evil0.addresses, "STAGE_URL", f"{far_side.url}/stage")
    return far_side


def presented(far_side: FarSide) -> list[str]:
    return [seen.form["assertion"] for seen in far_side.requests_of("redeem")]


def verify(token: str, key: jose.SigningKey = builders.IDP_KEY) -> jose.Verified:
    return jose.verify(token, keys=jose.KeySet.from_jwks(builders.jwks(key)), algorithms=("ES256",))


def test_every_tampering_of_the_registry_is_here() -> None:
    from agent0.faults.tampering import TAMPERS

    here = {number for faults in TAMPERS.values() for number in faults}
    assert here == {fault.number for fault in load_faults().values() if fault.kind == "tamper"}


def test_nothing_is_altered_while_nothing_is_armed(far_side, signed, arm, make_run, do) -> None:
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE
    assert presented(far_side) == [signed]


def test_another_flows_fault_alters_nothing(far_side, signed, arm: Arm, make_run, do) -> None:
    arm("F09", trace="a" * 32)
    do(make_run(Run.Kind.ADD))
    assert presented(far_side) == [signed]


def test_it_sends_the_id_token_instead(far_side, signed, arm: Arm, make_run, do) -> None:
    arm("F08")
    do(make_run(Run.Kind.ADD))
    assert presented(far_side) == [ID_TOKEN]


def test_it_cuts_the_signature_off(far_side, signed, arm: Arm, make_run, do) -> None:
    arm("F09")
    do(make_run(Run.Kind.ADD))
    header, payload, signature = presented(far_side)[0].split(".")
    assert signature == ""
    assert payload == signed.split(".")[1]
    assert jose.peek(f"{header}.{payload}.").unverified_header["alg"] == "none"


@pytest.mark.parametrize(("number", "claim"), [("F10", "scope"), ("F12", "iss")])
def test_it_edits_one_claim_under_the_old_signature(
    far_side, signed, arm: Arm, make_run, do, number, claim
) -> None:
    arm(number)
    do(make_run(Run.Kind.ADD))
    sent = presented(far_side)[0]
    was, now = jose.peek(signed).unverified_claims, jose.peek(sent).unverified_claims
    assert {name for name in was if was[name] != now[name]} == {claim}
    assert sent.split(".")[::2] == signed.split(".")[::2]
    with pytest.raises(jose.BadSignature):
        verify(sent)


def test_it_signs_the_same_claims_with_a_key_that_nobody_publishes(
    far_side, signed, arm: Arm, make_run, do
) -> None:
    arm("F11")
    do(make_run(Run.Kind.ADD))
    sent = jose.peek(presented(far_side)[0])
    assert sent.unverified_claims == jose.peek(signed).unverified_claims
    assert sent.unverified_header["typ"] == protocol.TYP_ID_JAG
    with pytest.raises(jose.UnknownKey):
        verify(presented(far_side)[0])


def test_it_redeems_the_same_one_twice(far_side, signed, arm: Arm, make_run, do) -> None:
    arm("F13")
    run = do(make_run(Run.Kind.ADD))
    assert presented(far_side) == [signed, signed]
    assert far_side.requests_of("create")[0].headers["authorization"] == "Bearer access-token-2"
    assert run.state == Run.State.DONE, "at a far side that takes it twice"


@pytest.mark.parametrize("dpop", [False, True])
def test_what_is_sent_twice_has_a_fresh_proof_and_client_assertion(
    far_side, signed, arm: Arm, make_run, do, settings, dpop: bool
) -> None:
    settings.DPOP = dpop
    if dpop:
        bound = builders.build_id_jag(aud=far_side.url, cnf={"jkt": thumbprint_of_agent0()})
        far_side.answers["exchange"] = id_jag_answer(access_token=bound)
    arm("F13")
    do(make_run(Run.Kind.ADD))
    first, second = (seen.headers.get("dpop", "") for seen in far_side.requests_of("redeem"))
    assert (first != second) is dpop


def thumbprint_of_agent0() -> str:
    from agent0.tokens.proof_key import load_proof_key

    key = load_proof_key()
    return jose.thumbprint(key) if key else ""


# What it asks for


def test_it_asks_for_reading_alone_and_calls_the_api_to_write(far_side, arm: Arm, make_run, do) -> None:
    far_side.answers["exchange"] = id_jag_answer(scope="todos.read")
    far_side.answers["redeem"] = access_token_answer(scope="todos.read")
    arm("F25")
    run = do(make_run(Run.Kind.ADD))
    (asked,) = far_side.requests_of("exchange")
    assert asked.form["scope"] == "todos.read"
    assert "authorization_details" not in asked.form
    assert len(far_side.requests_of("create")) == 1, "nothing that it was granted is less than it asked for"
    assert Card(run).asked == "todos.read", "the card says what was asked for, and not what would have been"


def test_it_asks_for_what_it_needs_while_that_is_not_armed(far_side, arm: Arm, make_run, do) -> None:
    arm("F25", trace="a" * 32)
    run = do(make_run(Run.Kind.ADD))
    assert far_side.requests_of("exchange")[0].form["scope"] == "todos.read todos.write"
    assert Card(run).asked == "todos.read todos.write"


# Another genuine token


@pytest.mark.parametrize("way", ["rest", "mcp"])
def test_a_token_for_the_other_api_is_brought(far_side, arm: Arm, make_run, do, settings, way: str) -> None:
    arm("F33")
    do(make_run(Run.Kind.LIST, way=way))
    first, second = far_side.requests_of("exchange")[:2]
    here, there = settings.RESOURCE, settings.MCP_RESOURCE
    assert (first.form["resource"], second.form["resource"]) == ((there, here) if way == "mcp" else (here, there))
    calls = far_side.requests_of("mcp" if way == "mcp" else "list")
    with_token = [seen.headers["authorization"] for seen in calls if "authorization" in seen.headers]
    assert with_token[0] == "Bearer access-token-2"


# Evil0, whom the stage plays


def test_evil0_is_handed_a_copy_first_and_agent0_goes_on(stage, signed, arm: Arm, make_run, do) -> None:
    stage.answers["unknown"] = Answer(200, {"status": 400})
    arm("F06")
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE
    (handed,) = stage.requests_of("unknown")
    assert handed.path == "/stage/-/evil0/redeem"
    assert handed.body["assertion"] == signed
    assert handed.headers["authorization"] == "Bearer the-key-of-this-test"
    assert presented(stage) == [signed]


def test_evil0s_id_token_is_brought_to_the_exchange(stage, signed, arm: Arm, make_run, do) -> None:
    stage.answers["unknown"] = Answer(200, {"id_token": "evil0s-id-token"})
    arm("F19")
    do(make_run(Run.Kind.ADD))
    assert stage.requests_of("exchange")[0].form["subject_token"] == "evil0s-id-token"


@pytest.mark.parametrize("number", ["F06", "F19"])
def test_where_the_stage_does_not_answer_nobody_steals(stage, signed, arm: Arm, make_run, do, number: str) -> None:
    arm(number)
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE
    assert stage.requests_of("exchange")[0].form["subject_token"] == ID_TOKEN


# The line


@pytest.mark.parametrize(("discovers", "requests"), [(False, 3), (True, 5)])
def test_a_slow_network_is_slow_from_the_first_question_on_and_works(
    far_side, arm: Arm, make_run, do, monkeypatch, settings, discovers: bool, requests: int
) -> None:
    settings.RESOURCE_DISCOVERS = discovers
    monkeypatch.setattr(line, "PAUSE", 0.1)
    arm("F31")
    before = time.monotonic()
    assert do(make_run(Run.Kind.ADD)).state == Run.State.DONE
    assert time.monotonic() - before >= requests * 0.1


def test_the_pause_is_less_than_the_patience_of_whoever_waits() -> None:
    from xaa.signin import conf

    assert conf.outgoing_http().timeout > line.PAUSE


def test_no_token_is_shown_by_what_is_sent() -> None:
    from agent0.faults.sent import Sent

    sent: Any = Sent(
        "POST", "https://idp.example/token", {"subject_token": "secret"}, None, {"Authorization": "x"}
    )
    assert "secret" not in repr(sent)
    assert "Authorization" not in repr(sent)
