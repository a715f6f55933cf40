"""The system log as Carol reads it."""

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.systemlog.models import Event
from idp_mock.systemlog.record import record
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import signed_in, text_of
from tests.idp_mock.exchange_world import World

pytestmark = pytest.mark.django_db


def refuse(world: World) -> None:
    with pytest.raises(OAuthError):
        world.exchange(audience="https://unknown.example")


def test_it_shows_who_asked_for_what_and_how_each_check_went(carol: Client, world: World) -> None:
    answer = world.exchange(scope="todos.read todos.admin")
    said = text_of(carol.get("/acme/admin/log"))
    assert "Alice Anders : Agent0 asked to act at Todo0 asked todos.read todos.admin granted todos.read" in said
    assert "app.oauth2.token.grant.id_jag All 15 checks passed." in said
    assert "All 15 checks passed." in said
    assert "I12 scopes after policy narrowed Not granted: todos.admin" in said
    assert Event.objects.get(event_type__contains="id_jag").jti in said
    assert answer["access_token"] not in said


def test_it_shows_which_check_refused_and_which_were_not_reached(carol: Client, world: World) -> None:
    refuse(world)
    said = text_of(carol.get("/acme/admin/log"))
    assert "I8 Unknown audience." in said
    assert "I7 user active and assigned to the app passed" in said
    assert "I8 audience is a known resource authorization server failed" in said
    assert "I9 connection managed not reached" in said
    assert "invalid_target" in said


@pytest.mark.parametrize(
    ("query", "allowed", "denied"),
    [
        ("", True, True),
        ("?outcome=allowed", True, False),
        ("?outcome=denied", False, True),
        ("?outcome=nonsense", True, True),
        ("?kind=id-jag&outcome=denied", False, True),
        ("?kind=policy", False, False),
        ("?kind=nonsense&before=x", True, True),
        ("?before=%00", True, True),
        ("?before=99999999999999999999999", True, True),
        ("?before=²", True, True),
    ],
)
def test_it_filters_by_outcome_and_kind(
    carol: Client, world: World, query: str, allowed: bool, denied: bool
) -> None:
    world.exchange()
    refuse(world)
    response = carol.get(f"/acme/admin/log{query}")
    assert response.status_code == 200
    assert ("All 15 checks passed." in text_of(response)) is allowed
    assert ("I8 Unknown audience." in text_of(response)) is denied


def test_sign_ins_are_in_it_too(carol: Client) -> None:
    said = text_of(carol.get("/acme/admin/log?kind=sign-in"))
    assert "Carol Castro : signed in here user.session.start" in said
    assert "Request POST /acme/login From 127.0.0.1" in said


def test_an_event_type_it_does_not_know_is_shown_as_it_is(carol: Client, acme: Enterprise) -> None:
    record(Event(enterprise=acme, at=clock.now(), event_type="system.new.thing", outcome="allowed"))
    assert "system.new.thing" in text_of(carol.get("/acme/admin/log"))


def test_an_empty_answer_says_so(carol: Client) -> None:
    assert "No entry like this." in text_of(carol.get("/acme/admin/log?outcome=denied"))


def test_it_turns_pages_and_back(carol: Client, acme: Enterprise) -> None:
    for number in range(60):
        entry = Event(
            enterprise=acme, at=clock.now(), event_type="numbered", outcome="denied", reason=f"No.{number}."
        )
        record(entry)
    first = carol.get("/acme/admin/log?outcome=denied")
    assert "No.59." in text_of(first)
    assert "No.10." in text_of(first)
    assert "No.9." not in text_of(first)
    second = carol.get("/acme/admin/log" + first.context["older"])
    assert "No.9." in text_of(second)
    assert "No.0." in text_of(second)
    assert (second.context["older"], second.context["newest"]) == ("", "/acme/admin/log?outcome=denied")


def test_what_a_request_held_cannot_become_markup(carol: Client, world: World) -> None:
    with pytest.raises(OAuthError):
        world.exchange(audience="<script>alert(1)</script>")
    assert "<script>alert" not in carol.get("/acme/admin/log").content.decode()


def test_it_shows_only_the_own_enterprises_log(world: World, carol: Client) -> None:
    refuse(world)
    theirs = signed_in(people.GLOBEX_ALICE).get("/globex/admin/log?kind=id-jag")
    assert "No entry like this." in text_of(theirs)
