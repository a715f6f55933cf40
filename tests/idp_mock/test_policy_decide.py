"""The policy's decisions, on rows that never touch a database, and the statement that fetches the real ones."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.policy import decide
from idp_mock.policy.models import CrossAppConnection, ResourceApp
from idp_mock.policy.standing import load_standing
from idp_mock.signin.factors import ACR_MFA, ACR_PASSWORD
from stage.kit import addresses, people

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPES = [{"scope": "todos.read", "words": "Read todos"}, {"scope": "todos.write", "words": "Change todos"}]


def connection(**override: Any) -> CrossAppConnection:
    resource_app = ResourceApp(
        issuer="https://todo.example", resources=["https://todo.example/api"], scopes=SCOPES
    )
    return CrossAppConnection(
        **({"is_on": True, "resource_app": resource_app, "scope_condition": "any"} | override)
    )


@pytest.mark.spec("TX-26")
def test_no_connection_and_a_connection_that_is_off_mean_no() -> None:
    assert not decide.decide_connection(None, is_stopped=False).allowed
    assert not decide.decide_connection(connection(is_on=False), is_stopped=False).allowed
    assert decide.decide_connection(connection(), is_stopped=False).allowed


def test_a_new_connection_is_off_for_nobody_with_nothing() -> None:
    fresh = CrossAppConnection(resource_app=ResourceApp(scopes=SCOPES))
    assert not decide.decide_connection(fresh, is_stopped=False).allowed
    assert decide.allowed_scopes(fresh) == ()


@pytest.mark.parametrize(
    ("in_groups", "may_use", "allowed"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_the_person_needs_the_group_and_the_app(in_groups: bool, may_use: bool, allowed: bool) -> None:
    decision = decide.decide_person(is_in_groups=in_groups, may_use_resource_app=may_use)
    assert (decision.allowed, bool(decision.reason)) == (allowed, True)


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ([], True),
        (["https://todo.example/api"], True),
        (["https://todo.example/api", "https://mail.example/api"], False),
        (["https://todo.example/api/"], False),
        (["https://todo.example"], False),
    ],
)
def test_every_resource_must_be_one_of_the_resource_apps(asked: list[str], allowed: bool) -> None:
    assert decide.decide_resource(connection(), asked).allowed is allowed


@pytest.mark.parametrize(
    ("condition", "chosen", "asked", "granted", "withheld"),
    [
        ("any", [], ["todos.write", "todos.read"], ("todos.write", "todos.read"), ()),
        ("any", [], ["todos.read", "todos.admin"], ("todos.read",), ("todos.admin",)),
        ("only", ["todos.read"], ["todos.read", "todos.write"], ("todos.read",), ("todos.write",)),
        ("only", [], ["todos.read"], (), ("todos.read",)),
        ("only", ["todos.admin"], ["todos.admin"], (), ("todos.admin",)),
        ("not", ["todos.write"], ["todos.read", "todos.write"], ("todos.read",), ("todos.write",)),
        ("not", [], ["todos.read"], ("todos.read",), ()),
    ],
)
def test_scopes_are_narrowed_to_what_the_admin_allows_and_the_app_has(
    condition: str, chosen: list[str], asked: list[str], granted: tuple[str, ...], withheld: tuple[str, ...]
) -> None:
    decision = decide.decide_scope(connection(scope_condition=condition, scopes=chosen), asked)
    assert (decision.granted, decision.withheld) == (granted, withheld)


@pytest.mark.parametrize(
    ("default", "granted"), [([], ()), (["todos.read"], ("todos.read",)), (["todos.admin"], ())]
)
def test_asking_for_no_scope_gives_the_default_and_withholds_nothing(
    default: list[str], granted: tuple[str, ...]
) -> None:
    decision = decide.decide_scope(connection(default_scopes=default), [])
    assert (decision.granted, decision.withheld) == (granted, ())


@pytest.mark.parametrize(("limit", "age", "allowed"), [(None, 99_999, True), (60, 60, True), (60, 61, False)])
def test_a_sign_in_may_be_as_old_as_the_connection_says(limit: int | None, age: int, allowed: bool) -> None:
    decision = decide_sign_in(connection(max_authentication_age=limit), age=age)
    assert decision.allowed is allowed


@pytest.mark.parametrize(
    ("scopes", "granted", "acr", "allowed"),
    [
        ([], ["todos.read", "todos.write"], "0", True),
        (["todos.write"], ["todos.read"], "0", True),
        (["todos.write"], [], "0", True),
        (["todos.write"], ["todos.read", "todos.write"], ACR_MFA, True),
        (["todos.write"], ["todos.read", "todos.write"], ACR_PASSWORD, False),
        (["todos.write"], ["todos.write"], "0", False),
        (["todos.write"], ["todos.write"], "", False),
        (["todos.read", "todos.write"], ["todos.read"], ACR_PASSWORD, False),
    ],
)
def test_a_second_factor_is_needed_for_the_scopes_that_the_connection_says_and_no_others(
    scopes: list[str], granted: list[str], acr: str, allowed: bool
) -> None:
    decision = decide_sign_in(connection(second_factor_scopes=scopes), granted, acr=acr)
    assert decision.allowed is allowed


@pytest.mark.spec("SU-04")
def test_a_refusal_names_all_that_is_demanded_of_the_sign_in() -> None:
    """A client goes to sign in once: it must not come back with a second factor and too old a first."""
    strict = connection(max_authentication_age=60, second_factor_scopes=["todos.write"])
    for refused in (
        decide_sign_in(strict, ["todos.write"], acr=ACR_PASSWORD),
        decide_sign_in(strict, ["todos.write"], acr=ACR_MFA, age=61),
    ):
        assert (refused.allowed, refused.max_age, refused.acr_values) == (False, 60, ACR_MFA)
    reading = decide_sign_in(strict, ["todos.read"], acr=ACR_PASSWORD, age=61)
    assert (reading.allowed, reading.max_age, reading.acr_values) == (False, 60, "")
    assert decide_sign_in(strict, ["todos.write"], acr=ACR_MFA, age=60).allowed


def decide_sign_in(
    found: CrossAppConnection, granted: Sequence[str] = (), *, age: int = 0, acr: str = "0"
) -> decide.SignInDecision:
    return decide.decide_sign_in(found, granted, auth_time=NOON - timedelta(seconds=age), acr=acr, now=NOON)


# The standing


def test_one_statement_tells_all_that_policy_needs(
    acme: Enterprise, agent0: App, alice: Person, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        standing = load_standing(person=alice, app=agent0, audience=addresses.TODO0_URL, now=NOON)
        assert standing.may_use_requesting_app
        assert standing.may_use_resource_app
        assert standing.is_in_groups
        assert standing.resource_app.app.name == "Todo0"
        assert standing.connection.is_on
        assert standing.connection.resource_app is standing.resource_app


def test_what_does_not_exist_stays_absent(acme: Enterprise, agent0: App, alice: Person) -> None:
    standing = load_standing(person=alice, app=agent0, audience="https://unknown.example", now=NOON)
    assert (standing.resource_app, standing.connection) == (None, None)
    assert (standing.may_use_requesting_app, standing.may_use_resource_app, standing.is_in_groups) == (
        True,
        False,
        False,
    )


def test_a_known_resource_app_without_a_connection(acme: Enterprise, alice: Person) -> None:
    evil0 = App.objects.get(client_id="evil0-at-acme")
    standing = load_standing(person=alice, app=evil0, audience=addresses.TODO0_URL, now=NOON)
    assert standing.resource_app.app.name == "Todo0"
    assert (standing.connection, standing.is_in_groups, standing.may_use_requesting_app) == (None, False, False)


def test_each_person_stands_for_herself(acme: Enterprise, agent0: App) -> None:
    in_groups = {}
    for seeded in people.PEOPLE:
        if seeded.enterprise == "acme":
            person = Person.objects.get(enterprise=acme, sub=seeded.sub)
            standing = load_standing(person=person, app=agent0, audience=addresses.TODO0_URL, now=NOON)
            in_groups[seeded.key] = standing.is_in_groups
    assert in_groups == {"alice": True, "bob": False, "carol": False, "dan": True, "eve": False}


@pytest.mark.spec("TN-03")
def test_the_other_enterprises_rows_never_answer(globex: Enterprise, acme: Enterprise, alice: Person) -> None:
    """Both know Todo0 under one issuer: the person decides whose row it is."""
    theirs = App.objects.get(client_id="agent0-at-globex")
    standing = load_standing(person=alice, app=theirs, audience=addresses.TODO0_URL, now=NOON)
    assert standing.resource_app.enterprise == acme
    assert (standing.connection, standing.is_in_groups, standing.may_use_requesting_app) == (None, False, False)


def test_a_person_in_several_groups_of_the_connection_is_one_person(acme: Enterprise, agent0: App) -> None:
    alice = Person.objects.get(enterprise=acme, sub=people.ALICE.sub)
    CrossAppConnection.objects.get(requesting_app=agent0, resource_app__app__name="Todo0").groups.set(
        acme.groups.all()
    )
    assert load_standing(person=alice, app=agent0, audience=addresses.TODO0_URL, now=NOON).is_in_groups
