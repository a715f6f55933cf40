"""Checks I1 to I14: what each refuses, in which order, and that none of them can be left out."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client

from idp_mock.directory.models import App, Person
from idp_mock.policy.standing import load_standing
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from idp_mock.tokens import token_exchange
from idp_mock.tokens.token_exchange import CHECKS
from idp_mock.tokens.token_exchange_run import Check, ExchangeRefused
from idp_mock.tokens.token_exchange_state import Exchange, Subject
from stage.kit import people
from tests.idp_mock.exchange_vectors import VECTORS, Vector
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event, make_world, sign_in
from xaa import jose, protocol

NUMBERS = [f"I{number}" for number in range(1, 15)]
every_vector = pytest.mark.parametrize("vector", VECTORS, ids=[f"{v.check}-{v.name}" for v in VECTORS])


@pytest.fixture
def world(agent0: App, alice: Person) -> World:
    return make_world(agent0, alice)


def test_the_unaltered_exchange_is_granted_with_an_id_token_and_with_a_refresh_token(world: World) -> None:
    assert world.exchange()["token_type"] == "N_A"
    assert world.exchange(**world.as_refresh(world.refresh_token()))["token_type"] == "N_A"


@every_vector
@pytest.mark.spec(
    "TX-02", "TX-03", "TX-06", "TX-07", "TX-09", "TX-11", "TX-13", "TX-14", "TX-15", "TX-17", "TX-18", "TX-19",
    "TX-20", "TX-21", "TX-22", "TX-25", "TX-26", "TX-27", "TX-29", "TX-30", "TX-31", "TX-33", "TX-36", "SU-01",
    "OI-13", "JAG-29",
)  # fmt: skip
def test_it_refuses(world: World, vector: Vector) -> None:
    assert world.exchange()["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG  # nothing was wrong before
    override = vector.arrange(world)
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(**override)
    assert (refused.value.check, refused.value.error) == (vector.check, vector.error)
    assert refused.value.status == 400

    # The system log tells the same, with a verdict on every check.
    event, position = last_event(), NUMBERS.index(vector.check)
    assert (event.outcome, event.refused_by, event.error) == ("denied", vector.check, vector.error)
    outcomes = [verdict["outcome"] for verdict in event.checks]
    assert outcomes == ["passed"] * position + ["failed"] + ["not reached"] * (13 - position)
    assert event.reason


def test_every_check_has_a_number_a_title_a_rule_and_a_vector() -> None:
    assert [check.number for check in CHECKS] == NUMBERS
    assert {vector.check for vector in VECTORS} == set(NUMBERS)
    for check in CHECKS:
        assert check.name.startswith("check_")
        assert check.title
        assert re.search(r"ID-JAG §|RFC \d+ §", check.find.__doc__ or ""), check.name


# Order: with everything wrong from one check on, the first is the cause.


def everything_wrong_from(world: World, number: str) -> dict[str, object]:
    """Put in every fault of the checks from ``number`` on, as far as one request can hold them."""
    faults: dict[str, Callable[[dict[str, object]], object]] = {
        "I1": lambda form: App.objects.filter(pk=world.agent0.pk).update(is_requesting_app=False),
        "I2": lambda form: form.update(actor_token="a.b.c"),
        "I3": lambda form: form.update(subject_token_type=protocol.TOKEN_TYPE_SAML2),
        "I4": lambda form: form.update(subject_token=forge(form)),
        "I5": lambda form: form.update(subject_token=alter(form, aud="todo0-at-acme")),
        "I6": lambda form: form.update(subject_token=alter(form, exp=1)),
        "I7": lambda form: Person.objects.filter(pk=world.alice.pk).update(status="suspended"),
        "I8": lambda form: form.update(audience="https://unknown.example"),
        "I9": lambda form: world.agent0.connections.update(is_on=False),
        "I10": lambda form: world.alice.groups.set(world.acme.groups.filter(slug="everybody")),
        "I11": lambda form: form.update(resource="https://mail.example/api"),
        "I12": lambda form: form.update(scope="todos.admin"),
        "I13": lambda form: world.agent0.connections.update(max_authentication_age=1),
        "I14": lambda form: world.agent0.connections.update(client_id_at_resource_as=""),
    }
    form: dict[str, object] = {"subject_token": world.id_token()}

    def alter(form: dict[str, object], **override: object) -> str:
        claims = dict(jose.peek(str(form["subject_token"])).unverified_claims) | override
        return world.altered_id_token(**claims)

    def forge(form: dict[str, object]) -> str:
        claims = dict(jose.peek(str(form["subject_token"])).unverified_claims)
        return world.altered_id_token(key=jose.generate_signing_key("ES256"), **claims)

    for each in reversed(NUMBERS[NUMBERS.index(number) :]):
        faults[each](form)
    world.agent0.refresh_from_db()
    return form


@pytest.mark.parametrize("number", NUMBERS)
def test_of_many_faults_the_first_in_order_is_named(world: World, number: str) -> None:
    form = everything_wrong_from(world, number)
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(**form)
    assert refused.value.check == number


def test_a_bad_signature_and_a_bad_audience_report_the_signature(world: World) -> None:
    forged = world.altered_id_token(key=jose.generate_signing_key("ES256"), aud="todo0-at-acme")
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(subject_token=forged)
    assert refused.value.check == "I4"


def test_an_expired_token_of_another_client_reports_the_client(world: World) -> None:
    stolen = world.altered_id_token(aud="todo0-at-acme", exp=1)
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(subject_token=stolen)
    assert refused.value.check == "I5"


# Guard: without any one of the rules, something bad gets an ID-JAG.


def read_without_verifying(exchange: Exchange) -> Exchange:
    """What I4 establishes, without its rule: believe the token."""
    claims = jose.peek(exchange.requested.subject_token).unverified_claims
    subject = Subject(
        audiences=(claims["aud"],),
        authorized_party="",
        issued_at=datetime.fromtimestamp(claims["iat"], UTC),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        session=IdpSession.objects.select_related("person").get(sid=claims["sid"]),
        auth_time=datetime.fromtimestamp(claims["auth_time"], UTC),
        amr=tuple(claims["amr"]),
        acr=claims["acr"],
        shares_email=False,
    )
    return replace(exchange, subject=subject)


def look_up_without_judging(exchange: Exchange) -> Exchange:
    """What I7 establishes, without its rule: the standing of whoever it is."""
    person, audience = exchange.subject.person, exchange.requested.audience
    return replace(exchange, standing=load_standing(person=person, app=exchange.app, audience=audience))


ESTABLISHED_WITHOUT_THE_RULE = {"I4": [read_without_verifying], "I7": [look_up_without_judging]}


def without_rule(number: str) -> tuple[Check, ...]:
    stand_in = [Check(number, "", find) for find in ESTABLISHED_WITHOUT_THE_RULE.get(number, [])]
    position = NUMBERS.index(number)
    return (*CHECKS[:position], *stand_in, *CHECKS[position + 1 :])


@pytest.mark.parametrize("number", NUMBERS)
def test_without_a_rule_something_bad_gets_an_id_jag(
    world: World, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    name = {"I8": "we_ourselves_as_audience"}.get(number)  # an unknown audience has no connection either
    vector = next(vector for vector in VECTORS if vector.check == number and name in (None, vector.name))
    override = vector.arrange(world)
    with pytest.raises(ExchangeRefused):
        world.exchange(**override)
    monkeypatch.setattr(token_exchange, "CHECKS", without_rule(number))
    assert world.exchange(**override)["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG


@pytest.mark.parametrize("number", ["I4", "I7"])
def test_a_check_that_establishes_something_cannot_simply_be_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(token_exchange, "CHECKS", tuple(c for c in CHECKS if c.number != number))
    with pytest.raises(AttributeError):
        world.exchange()
    assert not Event.objects.exists()


# Good twins: what looks odd and is right.


@pytest.mark.spec("TX-18")
def test_it_accepts_several_audiences_when_this_client_is_the_authorized_party(world: World) -> None:
    token = world.altered_id_token(aud=["todo0-at-acme", "agent0-at-acme"], azp="agent0-at-acme")
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


def test_it_accepts_one_audience_in_an_array(world: World) -> None:
    assert world.exchange(subject_token=world.altered_id_token(aud=["agent0-at-acme"]))["token_type"] == "N_A"


def test_it_accepts_a_token_in_its_last_second(world: World) -> None:
    token = world.altered_id_token(exp=int(world.now.timestamp()) + 1)
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


def test_it_accepts_a_token_signed_by_a_key_that_is_retiring(world: World) -> None:
    from idp_mock.keys import keystore

    token = world.id_token()
    keystore.rotate(world.acme, now=world.now)
    world.agent0.enterprise.refresh_from_db()
    assert world.exchange(subject_token=token)["token_type"] == "N_A"


def test_it_accepts_a_sign_in_as_old_as_the_connection_allows(world: World) -> None:
    world.agent0.connections.update(max_authentication_age=61)
    assert world.exchange()["token_type"] == "N_A"


@pytest.mark.spec("TX-32")
def test_it_takes_empty_parameters_for_absent_and_ignores_unknown_ones(world: World) -> None:
    answer = world.exchange(actor_token="", actor_token_type="", resource=["", TODO0_API], colour="blue")
    assert answer["resource"] == TODO0_API


# The cast, over HTTP.


def test_alice_and_dan_may_and_bob_may_not(world: World, client: Client) -> None:
    for who, status in ((people.ALICE, 200), (people.DAN, 200), (people.BOB, 400), (people.CAROL, 400)):
        family = sign_in(world.agent0, world.person(who), now=world.now)
        response = world.post(client, subject_token=world.id_token(family))
        assert response.status_code == status, who.name
        if status == 400:
            assert response.json()["error"] == "access_denied"
            assert last_event().refused_by == "I10"


def test_evil0_gets_nothing_for_its_own_user_nor_with_alices_token(world: World, client: Client) -> None:
    eve = sign_in(world.app("evil0-at-acme"), world.person(people.EVE), now=world.now)
    own = world.post(client, "evil0-at-acme", subject_token=world.id_token(eve))
    stolen = world.post(client, "evil0-at-acme")
    assert (own.json()["error"], stolen.json()["error"]) == ("invalid_target", "invalid_grant")
    assert [event.refused_by for event in Event.objects.order_by("pk")] == ["I9", "I5"]


def test_globex_issues_real_id_jags_of_its_own(world: World, client: Client) -> None:
    alice = sign_in(world.app("agent0-at-globex"), world.person(people.GLOBEX_ALICE), now=world.now)
    response = world.post(client, "agent0-at-globex", subject_token=world.id_token(alice))
    claims = jose.peek(response.json()["access_token"]).unverified_claims
    assert claims["iss"].endswith("/globex")
    assert claims["aud"] == TODO0_ISSUER
    assert claims["client_id"] == "agent0-at-todo0"


@pytest.mark.spec("TX-24")
def test_the_subject_token_alone_is_not_enough(world: World, client: Client) -> None:
    form = "&".join(f"{name}={value[0]}" for name, value in world.form().items())
    response = client.post("/acme/token", form, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert not Event.objects.exists()


@pytest.mark.spec("TX-32", "TX-01")
@pytest.mark.parametrize(
    "name", ["requested_token_type", "subject_token", "subject_token_type", "scope", "grant_type"]
)
def test_it_refuses_a_doubled_parameter(world: World, client: Client, name: str) -> None:
    assert world.post(client).status_code == 200
    value = world.form()[name][0]
    response = world.post(client, **{name: [value, value]})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["audience", "resource", "scope", "subject_token", "subject_token_type"])
@pytest.mark.parametrize("value", ["\0", "a\nb", "\ud7ff\uffff", "x" * 60_000, "𐍈" * 300])
def test_it_answers_any_garbage_with_a_clear_error(world: World, client: Client, name: str, value: str) -> None:
    response = world.post(client, **{name: value})
    assert response.status_code == 400
    assert set(response.json()) == {"error", "error_description"}


@pytest.mark.spec("TX-22")
def test_a_rotated_refresh_token_ends_its_whole_family(world: World) -> None:
    old = world.refresh_token()
    world.family.refresh_tokens.update(rotated_at=world.now)
    new = world.refresh_token()
    assert world.exchange(**world.as_refresh(new))["token_type"] == "N_A"
    with pytest.raises(ExchangeRefused):
        world.exchange(**world.as_refresh(old))
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(**world.as_refresh(new))
    assert refused.value.check == "I6"


def test_another_clients_rotated_refresh_token_ends_nothing(world: World) -> None:
    theirs = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    token = world.refresh_token(theirs)
    theirs.refresh_tokens.update(rotated_at=world.now)
    with pytest.raises(ExchangeRefused) as refused:
        world.exchange(**world.as_refresh(token))
    theirs.refresh_from_db()
    assert (refused.value.check, theirs.revoked_at) == ("I5", None)


@pytest.mark.spec("TX-22")
@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if v.check in ("I4", "I5", "I6", "I7") and "refresh" in v.name],
    ids=lambda vector: vector.name,
)
def test_a_refresh_token_that_no_exchange_accepts_cannot_be_refreshed_either(
    world: World, client: Client, vector: Vector
) -> None:
    """ID-JAG §4.3.3 asks for the same validation as a refresh: neither side is the easier door."""
    token = vector.arrange(world)["subject_token"]
    response = world.post(
        client,
        grant_type="refresh_token",
        refresh_token=token,
        **dict.fromkeys(world.form().keys() - {"grant_type"}),
    )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("TX-22")
def test_an_exchange_does_not_rotate_the_refresh_token(world: World) -> None:
    token = world.refresh_token()
    for _ in range(3):
        assert "refresh_token" not in world.exchange(**world.as_refresh(token))
    assert world.family.refresh_tokens.get().rotated_at is None


def test_the_numbers_and_titles_are_those_of_the_pages() -> None:
    assert {check.number: check.title for check in CHECKS} == {
        "I1": "client authenticated",
        "I2": "grant and requested type id-jag",
        "I3": "subject token type supported",
        "I4": "subject token signature and issuer",
        "I5": "subject token issued to this client",
        "I6": "subject token not expired",
        "I7": "user active and assigned to the app",
        "I8": "audience is a known resource authorization server",
        "I9": "connection managed",
        "I10": "user in the connection's groups",
        "I11": "resource allowed",
        "I12": "scopes after policy",
        "I13": "sign-in strong enough",
        "I14": "client id known at the resource app",
    }
