"""The order of the checks is an argument, and none of them can be left out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idp_mock.directory.models import App, Person
from idp_mock.policy.standing import load_standing
from idp_mock.policy.tenants import Place
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from idp_mock.tokens import token_exchange
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.token_exchange import CHECKS
from idp_mock.tokens.token_exchange_state import Exchange, Subject
from tests.idp_mock.exchange_vectors import VECTORS
from tests.idp_mock.exchange_world import World
from xaa import jose, protocol
from xaa.checks import Check

NUMBERS = [check.number for check in CHECKS]


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


@pytest.mark.spec("SU-03")
@pytest.mark.parametrize("number", NUMBERS)
def test_of_many_faults_the_first_in_order_is_named(world: World, number: str) -> None:
    form = everything_wrong_from(world, number)
    with pytest.raises(OAuthError) as refused:
        world.exchange(**form)
    assert refused.value.check == number


def test_a_bad_signature_and_a_bad_audience_report_the_signature(world: World) -> None:
    forged = world.altered_id_token(key=jose.generate_signing_key("ES256"), aud="todo0-at-acme")
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=forged)
    assert refused.value.check == "I4"


def test_an_expired_token_of_another_client_reports_the_client(world: World) -> None:
    stolen = world.altered_id_token(aud="todo0-at-acme", exp=1)
    with pytest.raises(OAuthError) as refused:
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
    return replace(
        exchange, standing=load_standing(person=person, app=exchange.app, audience=audience, now=exchange.now)
    )


def name_as_the_row_does(exchange: Exchange) -> Exchange:
    """What I14 establishes, without its rule: the row's client id, be it none."""
    return replace(exchange, place=Place(exchange.standing.connection.client_id_at_resource_as))


ESTABLISHED_WITHOUT_THE_RULE = {
    "I4": [read_without_verifying],
    "I7": [look_up_without_judging],
    "I14": [name_as_the_row_does],
}


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
    with pytest.raises(OAuthError):
        world.exchange(**override)
    monkeypatch.setattr(token_exchange, "CHECKS", without_rule(number))
    assert world.exchange(**override)["issued_token_type"] == protocol.TOKEN_TYPE_ID_JAG


@pytest.mark.parametrize("number", ["I4", "I7", "I14"])
def test_a_check_that_establishes_something_cannot_simply_be_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    monkeypatch.setattr(token_exchange, "CHECKS", tuple(c for c in CHECKS if c.number != number))
    with pytest.raises(AttributeError):
        world.exchange()
    assert not Event.objects.exists()
