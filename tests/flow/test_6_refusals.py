"""What must not work, at the party that must refuse it, with the code of ``protocol.md`` section 3.

After every refusal the good ID-JAG still redeems (nothing burnt), and nobody has a todo or an account more than
before (nothing created).
"""

import base64
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import ALICE, BOB, DAN, EVE, GLOBEX_ALICE
from tests.flow.demo import Demo
from tests.flow.people_at_work import count_todos, sign_in_at_todo0, switch_connection
from tests.flow.visitor import Visitor
from tests.flow.wire import REFRESH_TOKEN, Client, Wire, error_of, read_jwt, write_part

MAIL0 = {"audience": "https://mail0.example", "resource": "https://mail0.example/api", "scope": "mail.read"}
REFUSED = (400, "invalid_grant")


@pytest.fixture(scope="module")
def lists(wire: Wire, demo: Demo) -> dict[str, Visitor]:
    """Alice's and Bob's browsers, signed in at Todo0."""
    visitors = {"alice": wire.visitor(), "bob": wire.visitor()}
    sign_in_at_todo0(visitors["alice"], demo, ALICE)
    sign_in_at_todo0(visitors["bob"], demo, BOB)
    return visitors


@pytest.fixture(autouse=True)
def nothing_is_burnt_and_nothing_created(
    wire: Wire, demo: Demo, agent0_there: Client, lists: dict[str, Visitor], id_jag: str
) -> Iterator[None]:
    before = {name: count_todos(visitor, demo) for name, visitor in lists.items()}
    yield
    assert wire.redeem(agent0_there, id_jag).status_code == 200
    assert {name: count_todos(visitor, demo) for name, visitor in lists.items()} == before


def refused_by(demo: Demo, check: str, since: int) -> bool:
    """Whether Todo0's log names ``check`` as the one that said no; the wire says ``invalid_grant`` for all."""
    return bool(demo.wait_for_line(f"{check} failed", after=since))


@pytest.mark.spec("RD-17", "RD-21", "RD-31")
def test_another_clients_id_jag(wire: Wire, demo: Demo, evil0_there: Client, id_jag: str) -> None:
    since = len(demo.lines)
    answer = wire.redeem(evil0_there, id_jag)
    assert error_of(answer) == REFUSED
    assert refused_by(demo, "R8 check_client", since)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.spec("RD-10")
@pytest.mark.usefixtures("policy_is_restored")
def test_an_id_jag_for_another_audience(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client, alice: dict[str, str], carol: Visitor
) -> None:
    """Acme issues it honestly, for Mail0, once Carol has switched that connection on."""
    assert error_of(wire.exchange(agent0, alice["id_token"], **MAIL0)) == (400, "invalid_target")
    switch_connection(demo, carol, on=True, resource_app="Mail0")
    for_mail0 = wire.id_jag(agent0, alice["id_token"], **MAIL0)
    assert read_jwt(for_mail0)[1]["aud"] == "https://mail0.example"
    since = len(demo.lines)
    assert error_of(wire.redeem(agent0_there, for_mail0)) == REFUSED
    assert refused_by(demo, "R7 check_audience", since)


@pytest.mark.spec("RD-06", "JAG-29")
@pytest.mark.parametrize("kind", ["id_token", "access_token"])
def test_a_jwt_of_acmes_that_is_no_id_jag(
    wire: Wire, demo: Demo, agent0_there: Client, alice: dict[str, str], kind: str
) -> None:
    since = len(demo.lines)
    assert error_of(wire.redeem(agent0_there, alice[kind])) == REFUSED
    assert refused_by(demo, "R4 check_type", since)


@pytest.mark.spec("RD-06", "JAG-29")
def test_todo0s_own_access_token_as_an_assertion(wire: Wire, agent0_there: Client, access_token: str) -> None:
    assert error_of(wire.redeem(agent0_there, access_token)) == REFUSED


@pytest.mark.spec("RD-07", "SR-02")
def test_an_untrusted_issuer(wire: Wire, demo: Demo, agent0_there: Client) -> None:
    """Globex's ID-JAG is real and says all that Acme's says, down to the subject; only Todo0 does not trust it."""
    agent0 = wire.clients["agent0", "globex"]
    foreign = wire.id_jag(agent0, wire.sign_in(agent0, GLOBEX_ALICE)["id_token"])
    claims = read_jwt(foreign)[1]
    assert (claims["aud"], claims["client_id"]) == (demo.facts["todo0"]["issuer"], agent0_there.client_id)
    assert claims["sub"] == ALICE.sub
    since = len(demo.lines)
    assert error_of(wire.redeem(agent0_there, foreign)) == REFUSED
    assert refused_by(demo, "R5 check_issuer", since)


@pytest.mark.spec("RD-08", "RD-09")
@pytest.mark.parametrize("change", ["subject", "unsigned", "embedded key", "short signature"])
def test_a_forged_id_jag(wire: Wire, agent0_there: Client, id_jag: str, change: str) -> None:
    header, claims = read_jwt(id_jag)
    signature = id_jag.rpartition(".")[2]
    if change == "subject":
        claims["sub"] = BOB.sub
    elif change == "unsigned":
        header, signature = header | {"alg": "none"}, ""
    elif change == "embedded key":
        header["jwk"] = wire.get(wire.idp("globex")["jwks_uri"]).json()["keys"][0]
        signature = base64.urlsafe_b64encode(b"x" * 64).rstrip(b"=").decode()
    else:
        signature = signature[:-8]
    forged = f"{write_part(header)}.{write_part(claims)}.{signature}"
    assert error_of(wire.redeem(agent0_there, forged)) == REFUSED


@pytest.mark.spec("RD-20")
def test_a_replay_one_after_the_other(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    used = wire.id_jag(agent0, alice["id_token"])
    assert wire.redeem(agent0_there, used).status_code == 200
    since = len(demo.lines)
    assert error_of(wire.redeem(agent0_there, used)) == REFUSED
    assert refused_by(demo, "R11 check_not_replayed", since)


@pytest.mark.spec("RD-20", "SEC-11")
def test_a_replay_all_at_once(wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]) -> None:
    raced = wire.id_jag(agent0, alice["id_token"])
    with ThreadPoolExecutor(8) as racers:
        answers = list(racers.map(lambda _: wire.redeem(agent0_there, raced), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[400] * 7]


@pytest.mark.spec("SR-03", "RD-30")
def test_an_unknown_user_stays_unknown(wire: Wire, agent0: Client, agent0_there: Client) -> None:
    dan = wire.sign_in(agent0, DAN)
    for _ in range(2):  # had the first made an account, the second would find it
        answer = wire.redeem(agent0_there, wire.id_jag(agent0, dan["id_token"]))
        assert error_of(answer) == REFUSED
        assert answer.json()["error_description"] == "User not found"


@pytest.mark.spec("TX-26")
@pytest.mark.usefixtures("policy_is_restored")
def test_a_policy_switched_off(
    wire: Wire, demo: Demo, agent0: Client, alice: dict[str, str], carol: Visitor
) -> None:
    switch_connection(demo, carol, on=False)
    for subject in (
        {"subject_token": alice["id_token"]},
        {"subject_token": alice["refresh_token"], "subject_token_type": REFRESH_TOKEN},
    ):
        answer = wire.exchange(agent0, subject.pop("subject_token"), **subject)
        assert error_of(answer) == (400, "invalid_target")
        assert "switched this connection off" in answer.json()["error_description"]
    switch_connection(demo, carol, on=True)
    assert wire.exchange(agent0, alice["id_token"]).status_code == 200


@pytest.mark.spec("TX-26")
def test_bob_for_whom_agent0_may_not_act(wire: Wire, agent0: Client) -> None:
    bob = wire.sign_in(agent0, BOB)
    assert error_of(wire.exchange(agent0, bob["id_token"])) == (400, "access_denied")


@pytest.mark.spec("TX-26")
def test_eves_app_that_nobody_connected(wire: Wire) -> None:
    evil0 = wire.clients["evil0", "acme"]
    eve = wire.sign_in(evil0, EVE)
    assert error_of(wire.exchange(evil0, eve["id_token"])) == (400, "invalid_target")


@pytest.mark.spec("TX-18")
def test_somebody_elses_tokens_at_the_exchange(wire: Wire, alice: dict[str, str]) -> None:
    evil0 = wire.clients["evil0", "acme"]
    assert error_of(wire.exchange(evil0, alice["id_token"])) == REFUSED
    stolen = wire.exchange(evil0, alice["refresh_token"], subject_token_type=REFRESH_TOKEN)
    assert error_of(stolen) == REFUSED


@pytest.mark.spec("TX-19", "TX-20", "TX-33")
@pytest.mark.parametrize("kind", ["access_token", "id_jag"])
def test_other_jwts_of_acmes_at_the_exchange(
    wire: Wire, agent0: Client, alice: dict[str, str], id_jag: str, kind: str
) -> None:
    token = id_jag if kind == "id_jag" else alice[kind]
    assert error_of(wire.exchange(agent0, token)) == REFUSED


@pytest.mark.spec("TX-17")
def test_the_other_enterprises_id_token_at_the_exchange(wire: Wire, agent0: Client) -> None:
    theirs = wire.clients["agent0", "globex"]
    id_token = wire.sign_in(theirs, GLOBEX_ALICE)["id_token"]
    assert error_of(wire.exchange(agent0, id_token)) == REFUSED
    assert error_of(wire.exchange(theirs, wire.sign_in(agent0, ALICE)["id_token"])) == REFUSED


@pytest.mark.spec("RD-02")
def test_the_credentials_of_the_idp_are_worth_nothing_at_todo0(wire: Wire, agent0: Client, id_jag: str) -> None:
    assert error_of(wire.redeem(agent0, id_jag)) == (401, "invalid_client")


@pytest.mark.spec("RD-31")
def test_what_is_refused_is_refused_in_one_wording(
    wire: Wire, agent0_there: Client, evil0_there: Client, alice: dict[str, str], id_jag: str
) -> None:
    """No answer tells which check said no (RFC 7523 §3.1); the log does."""
    answers = [wire.redeem(evil0_there, id_jag), wire.redeem(agent0_there, alice["id_token"])]
    assert len({json.dumps(answer.json(), sort_keys=True) for answer in answers}) == 1
