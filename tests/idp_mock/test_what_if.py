"""The what-if box: the verdicts of a real exchange, and nothing issued, written or left behind."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from idp_mock import clock
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.policy.models import CrossAppConnection
from idp_mock.signin.factors import AMR_PASSWORD
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from idp_mock.tokens import rehearsal
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.rehearsal import Supposed, WriteRefused, rehearse
from idp_mock.tokens.token_exchange import CHECKS
from stage.kit import people
from stage.kit.registry.checks import load_checks
from tests.idp_mock.admin_side import text_of
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event, sign_in

pytestmark = pytest.mark.django_db


def page_of(world: World) -> str:
    return f"/acme/admin/policy/{world.connection.pk}/what-if"


def ask(carol: Client, world: World, person: Person, **asked: Any) -> Any:
    fields = {
        "person": str(person.pk),
        "age": "1",
        "factors": "one",
        "resource": TODO0_API,
        "scopes": ["todos.read", "todos.write"],
    }
    return carol.get(page_of(world), fields | asked)


# Rows as an admin, or nobody, might leave them. What-if and a real exchange must agree on each.


def off(world: World) -> None:
    CrossAppConnection.objects.update(is_on=False)


def for_nobody(world: World) -> None:
    world.connection.groups.clear()


def read_only(world: World) -> None:
    CrossAppConnection.objects.update(scope_condition="only", scopes=["todos.read"])


def no_scope(world: World) -> None:
    CrossAppConnection.objects.update(scope_condition="only", scopes=[])


def no_api(world: World) -> None:
    CrossAppConnection.objects.update(resource_condition="only", resources=[])


def no_client_id(world: World) -> None:
    CrossAppConnection.objects.update(client_id_at_resource_as="")


def suspended(world: World) -> None:
    Person.objects.filter(pk=world.alice.pk).update(status="suspended")


def without_the_app(world: World) -> None:
    world.agent0.assigned_groups.clear()


def without_the_other_app(world: World) -> None:
    world.todo0.app.assigned_groups.clear()


def second_factor(world: World) -> None:
    CrossAppConnection.objects.update(second_factor_scopes=["todos.write"])


def stale_sign_in(world: World) -> None:
    CrossAppConnection.objects.update(max_authentication_age=60)
    world.now += timedelta(minutes=2)


def not_registered(world: World) -> None:
    App.objects.filter(pk=world.agent0.pk).update(is_requesting_app=False)


def stopped(world: World) -> None:
    Enterprise.objects.filter(pk=world.acme.pk).update(cross_app_access_stopped_at=clock.now())


def nothing(world: World) -> None:
    pass


STATES: list[tuple[Callable[[World], None], str]] = [
    (nothing, ""),
    (read_only, ""),
    (off, "I9"),
    (stopped, "I9"),
    (for_nobody, "I10"),
    (without_the_other_app, "I10"),
    (no_api, "I11"),
    (no_scope, "I12"),
    (second_factor, "I13"),
    (stale_sign_in, "I13"),
    (no_client_id, "I14"),
    (suspended, "I7"),
    (without_the_app, "I7"),
    (not_registered, "I1"),
]


@pytest.mark.parametrize(("alter", "refused_by"), STATES, ids=lambda value: getattr(value, "__name__", value))
def test_it_agrees_with_a_real_exchange(world: World, alter: Callable[[World], None], refused_by: str) -> None:
    alter(world)
    app = App.objects.select_related("enterprise").get(pk=world.agent0.pk)
    alice = Person.objects.get(pk=world.alice.pk)
    family = sign_in(app, alice, now=world.family.auth_time)
    claims: dict[str, Any] = {}
    with suppress(OAuthError):
        claims = world.claims(app=app, subject_token=world.id_token(family))
    assert last_event().refused_by == refused_by
    real = last_event().checks
    supposed = Supposed(
        app, alice, TODO0_ISSUER, (TODO0_API,), "todos.read todos.write", family.auth_time, tuple(family.amr)
    )
    found = rehearse(supposed, now=world.now)
    assert found.refused_by == refused_by
    for told, verdict in zip(found.verdicts, real, strict=True):
        outcome = verdict["outcome"] if verdict["number"] not in ("I3", "I4") else "assumed"
        assert (told["number"], told["outcome"], told["note"][:300]) == (
            verdict["number"],
            outcome,
            verdict["note"],
        )
    for name in {"iss", "sub", "aud", "client_id", "scope", "resource", "acr"} & claims.keys():
        assert found.claims[name] == claims[name]
    assert bool(found.claims) is bool(claims)


def test_it_walks_the_very_tuple_of_the_exchange(world: World) -> None:
    subject = rehearsal.suppose_subject(supposed_of(world), now=world.now)
    walked = rehearsal.assume(CHECKS, subject)
    assert [check.number for check in walked] == [check.number for check in CHECKS]
    replaced = {check.number for check, real in zip(walked, CHECKS, strict=True) if check is not real}
    assert replaced == {"I3", "I4"}


def supposed_of(world: World) -> Supposed:
    return Supposed(world.agent0, world.alice, TODO0_ISSUER, (), "todos.read", world.now, AMR_PASSWORD)


def is_reading(sql: str) -> bool:
    """PostgreSQL reads a long list through a cursor: ``DECLARE ... CURSOR ... FOR SELECT``."""
    return sql.startswith("SELECT") or (sql.startswith("DECLARE") and " FOR SELECT " in sql)


def test_it_only_reads(carol: Client, world: World, alice: Person) -> None:
    counts = (Event.objects.count(), IdpSession.objects.count())
    with CaptureQueriesContext(database) as queries:
        assert ask(carol, world, alice).status_code == 200
    assert [query["sql"] for query in queries if not is_reading(query["sql"])] == []
    assert len(queries) <= 12
    assert (Event.objects.count(), IdpSession.objects.count()) == counts


def test_whatever_a_check_tries_to_write_is_stopped(alice: Person) -> None:
    with database.execute_wrapper(rehearsal.refuse_writes):
        assert Person.objects.filter(pk=alice.pk).exists(), "reading is what it is for"
        with pytest.raises(WriteRefused, match="UPDATE"):
            Person.objects.filter(pk=alice.pk).update(name="Written")


# The page


def test_carol_asks_for_alice_and_for_bob(carol: Client, world: World, alice: Person, bob: Person) -> None:
    said = text_of(ask(carol, world, alice))
    assert "allowed for Alice Anders" in said
    assert "I4 subject token signature and issuer assumed" in said
    assert "I10 user in the connection's groups passed".replace("'", "&#x27;") in said
    assert "scope todos.read todos.write" in said
    said = text_of(ask(carol, world, bob))
    assert "denied by I10, for Bob Brandt The connection is not for any group this person is in." in said
    assert "I13 sign-in strong enough not reached" in said


def test_a_check_says_why_it_exists_and_the_red_one_who_mends_it(
    carol: Client, world: World, alice: Person, bob: Person
) -> None:
    checks, said = load_checks(), unescape(text_of(ask(carol, world, alice)))
    assert checks["I5"].stops in said
    assert checks["I10"].mended_by not in said
    said = unescape(text_of(ask(carol, world, bob)))
    assert checks["I10"].stops in said
    assert f"Who mends it : {checks['I10'].mended_by}" in said


def test_a_second_factor_helps_where_one_is_asked_for(carol: Client, world: World, alice: Person) -> None:
    second_factor(world)
    assert "denied by I13" in text_of(ask(carol, world, alice))
    assert "allowed for" in text_of(ask(carol, world, alice, factors="two"))
    assert "allowed for" in text_of(ask(carol, world, alice, scopes=["todos.read"]))


def test_an_old_sign_in_is_refused_where_a_fresh_one_is_asked_for(
    carol: Client, world: World, alice: Person
) -> None:
    CrossAppConnection.objects.update(max_authentication_age=600)
    assert "denied by I13" in text_of(ask(carol, world, alice, age="60"))
    assert "allowed for" in text_of(ask(carol, world, alice, age="1"))


def test_no_token_and_no_serial_number_is_on_the_page(carol: Client, world: World, alice: Person) -> None:
    page = ask(carol, world, alice).content.decode()
    assert "eyJ" not in page
    assert "jti" not in page


def test_before_anything_is_asked_the_page_holds_the_question(carol: Client, world: World) -> None:
    page = carol.get(page_of(world))
    assert page.status_code == 200
    assert page.context["answer"] is None


@pytest.mark.parametrize("asked", [{"age": "7"}, {"scopes": ["root"]}, {"resource": "https://x"}])
def test_a_question_about_nothing_we_know_is_not_answered(
    carol: Client, world: World, alice: Person, asked: dict[str, Any]
) -> None:
    page = ask(carol, world, alice, **asked)
    assert (page.status_code, page.context["answer"]) == (400, None)


def test_nobody_is_nobody_to_ask_about(carol: Client, world: World) -> None:
    assert carol.get(page_of(world), {"person": "x", "age": "1", "factors": "one"}).status_code == 400


def test_another_enterprises_people_cannot_be_asked_about(carol: Client, world: World) -> None:
    theirs = world.person(people.GLOBEX_ALICE)
    assert ask(carol, world, theirs).status_code == 400
    assert "Adeyemi" not in ask(carol, world, theirs).content.decode()


def test_a_persons_page_leads_to_the_box_with_her_picked(carol: Client, world: World, bob: Person) -> None:
    page = carol.get(f"/acme/admin/people/{bob.pk}").content.decode()
    assert f'href="{page_of(world)}?person={bob.pk}"' in page
    assert page.count("/what-if?person=") == world.acme.connections.count()
    box = carol.get(f"{page_of(world)}?person={bob.pk}").content.decode()
    assert f'<option value="{bob.pk}" selected>' in box


def test_each_cell_of_the_matrix_that_is_connected_leads_to_the_box(carol: Client, world: World) -> None:
    matrix = carol.get("/acme/admin/policy").content.decode()
    assert matrix.count('/what-if"') == world.acme.connections.count()
    assert f'href="{page_of(world)}"' in matrix
