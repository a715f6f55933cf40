"""Carol's people: suspended and reinstated, moved between groups, undone, and two admins at once."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.core.exceptions import PermissionDenied
from django.test import Client

from idp_mock import clock
from idp_mock.console.changes import By, NotUndoable, restore
from idp_mock.directory.models import Enterprise, Group, Person, PersonChange
from idp_mock.directory.person_change import PERSON, OneselfSuspended, save_person
from idp_mock.signin.models import IdpSession
from idp_mock.systemlog.models import Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from tests.idp_mock.admin_side import read_forms, save_at, submit, text_of
from tests.idp_mock.app_side import csrf_token
from tests.idp_mock.exchange_world import World, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def apps(settings: Any) -> Iterator[responses.RequestsMock]:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        for port in (8001, 8002):
            far_side.post(f"http://localhost:{port}/signin/backchannel-logout", status=200)
        yield far_side


@pytest.fixture
def boss(acme: Enterprise) -> Person:
    """Carol, as a row."""
    return Person.objects.get(enterprise=acme, sub=people.CAROL.sub)


def page_of(person: Person) -> str:
    return f"/acme/admin/people/{person.pk}"


def set_status(carol: Client, person: Person) -> Any:
    return submit(carol, carol.get(page_of(person)), f"{page_of(person)}/status")


def move(carol: Client, person: Person, *groups: str) -> Any:
    ticked = [str(group.pk) for group in Group.objects.filter(enterprise=person.enterprise_id, slug__in=groups)]
    return save_at(carol, page_of(person), groups=ticked)


def refusal(world: World, **override: Any) -> str:
    with pytest.raises(OAuthError) as refused:
        world.exchange(**override)
    return refused.value.check


# Suspension


def test_a_suspension_ends_her_sessions_tells_the_apps_and_the_next_exchange_is_refused(
    carol: Client, world: World, alice: Person, apps: responses.RequestsMock
) -> None:
    assert world.exchange()["token_type"] == "N_A"
    response = set_status(carol, alice)
    assert (response.status_code, response["Location"]) == (303, page_of(alice))
    assert not IdpSession.objects.filter(person=alice, ended_at=None).exists()
    assert {call.request.url for call in apps.calls} == {
        "http://localhost:8001/signin/backchannel-logout",
        "http://localhost:8002/signin/backchannel-logout",
    }
    assert refusal(world) == "I6"  # the session the token is from is over
    assert "Alice Anders is suspended: signed out here" in text_of(carol.get(page_of(alice)))


def test_the_very_next_exchange_of_somebody_suspended_is_refused_by_i7(
    carol: Client, world: World, alice: Person
) -> None:
    set_status(carol, alice)
    world.family = sign_in(world.agent0, Person.objects.get(pk=alice.pk), now=world.now)
    assert refusal(world) == "I7"  # even had a session slipped through
    submit(carol, carol.get(page_of(alice)), f"{page_of(alice)}/status")
    assert world.exchange()["token_type"] == "N_A"


def test_it_is_audited_with_before_and_after_and_with_who_did_it(carol: Client, alice: Person) -> None:
    set_status(carol, alice)
    change = alice.changes.get()
    assert (change.by_name, change.before["status"], change.after["status"]) == (
        "Carol Castro",
        "active",
        "suspended",
    )
    event = Event.objects.get(event_type="user.lifecycle.suspend")
    assert (event.person_name, event.by_name, event.reason) == (
        "Alice Anders",
        "Carol Castro",
        "Status: active → suspended",
    )
    assert "Alice Anders : was suspended, by Carol Castro" in text_of(carol.get("/acme/admin/log?kind=people"))


def test_a_doubled_click_suspends_once(carol: Client, alice: Person) -> None:
    page = carol.get(page_of(alice))
    for _ in range(2):
        submit(carol, page, f"{page_of(alice)}/status")
    assert PersonChange.objects.count() == 1
    assert Event.objects.filter(event_type="user.lifecycle.suspend").count() == 1


def test_an_admin_cannot_suspend_herself(carol: Client, boss: Person, alice: Person) -> None:
    assert "That is you" in text_of(carol.get(page_of(boss)))
    assert f"{page_of(boss)}/status" not in read_forms(carol.get("/acme/admin/people")).forms
    token = csrf_token(carol.get(page_of(boss)))
    carol.post(f"{page_of(boss)}/status", {"to": "suspended", "csrfmiddlewaretoken": token})
    assert "You cannot suspend yourself." in text_of(carol.get(page_of(boss)))
    boss.refresh_from_db()
    assert boss.is_active
    assert set_status(carol, alice).status_code == 303, "somebody else, she can"
    alice.refresh_from_db()
    assert not alice.is_active


def test_undoing_her_own_reinstatement_would_suspend_her_too_and_is_refused(boss: Person, alice: Person) -> None:
    Person.objects.filter(pk=boss.pk).update(status="suspended")
    change = save_person(boss, {"status": "active"}, at=clock.now(), by=None)
    with pytest.raises(OneselfSuspended):
        restore(PERSON, change.person, change, version=change.version, by=By(boss, clock.now()))


def test_of_two_admins_who_suspend_each_other_the_second_is_an_admin_no_more(boss: Person, alice: Person) -> None:
    Person.objects.filter(pk=alice.pk).update(is_admin=True)
    save_person(alice, {"status": "suspended"}, at=clock.now(), by=boss)
    with pytest.raises(PermissionDenied):
        save_person(boss, {"status": "suspended"}, at=clock.now(), by=alice)
    boss.refresh_from_db()
    assert boss.is_active


def test_an_unknown_status_changes_nothing(carol: Client, alice: Person) -> None:
    token = csrf_token(carol.get(page_of(alice)))
    carol.post(f"{page_of(alice)}/status", {"to": "deleted", "csrfmiddlewaretoken": token})
    assert PersonChange.objects.count() == 0


# Groups


def test_the_next_exchange_follows_a_move_between_groups(
    carol: Client, world: World, alice: Person, bob: Person
) -> None:
    of_bob = world.id_token(sign_in(world.agent0, bob, now=world.now))
    assert refusal(world, subject_token=of_bob) == "I10"
    move(carol, bob, "everybody", "sales")
    assert world.exchange(subject_token=of_bob)["token_type"] == "N_A"
    move(carol, alice, "everybody", "engineering")
    assert refusal(world) == "I10"
    move(carol, bob, "sales")
    assert refusal(world, subject_token=of_bob) == "I7", "Everybody is whom both apps are assigned to"


def test_a_move_is_an_event_for_each_group(carol: Client, bob: Person) -> None:
    move(carol, bob, "everybody", "sales")
    rows = Event.objects.filter(person_sub=bob.sub, event_type__startswith="group").order_by("pk")
    told = "Groups: Engineering, Everybody → Everybody, Sales"
    assert list(rows.values_list("event_type", "reason", "by_name")) == [
        ("group.user_membership.remove", f"Engineering; {told}", "Carol Castro"),
        ("group.user_membership.add", f"Sales; {told}", "Carol Castro"),
    ]


def test_saving_the_groups_as_they_are_writes_nothing(carol: Client, bob: Person) -> None:
    assert save_at(carol, page_of(bob)).status_code == 303
    assert PersonChange.objects.count() == 0


def test_of_two_admins_who_edit_at_once_the_second_is_told_and_nothing_is_lost(
    carol: Client, bob: Person, acme: Enterprise, boss: Person
) -> None:
    page = carol.get(page_of(bob))
    interns = acme.groups.filter(slug="interns")
    save_person(bob, {"groups": interns}, at=clock.now(), by=boss)
    sales = str(acme.groups.get(slug="sales").pk)
    stale = submit(carol, page, page_of(bob), groups=[sales])
    assert stale.status_code == 409
    assert "Not saved: somebody changed this person" in text_of(stale)
    assert "Groups: Engineering, Everybody → Interns" in text_of(stale)
    assert [group.slug for group in bob.groups.all()] == ["interns"]
    assert read_forms(stale).forms[page_of(bob)]["groups"] == [sales], "what she ticked is still there"
    assert submit(carol, stale, page_of(bob)).status_code == 303
    assert [group.slug for group in bob.groups.all()] == ["sales"]


def test_a_group_of_another_enterprise_is_none_of_ours(carol: Client, bob: Person, globex: Enterprise) -> None:
    theirs = str(globex.groups.get(slug="sales").pk)
    response = save_at(carol, page_of(bob), groups=[theirs])
    assert response.status_code == 400
    assert PersonChange.objects.count() == 0


# Undo


def test_undo_brings_back_the_groups_and_is_a_change_itself(carol: Client, bob: Person) -> None:
    move(carol, bob, "everybody", "sales")
    page = carol.get(page_of(bob))
    submit(carol, page, f"{page_of(bob)}/undo/{bob.changes.get().pk}")
    assert sorted(group.slug for group in bob.groups.all()) == ["engineering", "everybody"]
    assert [change.version for change in bob.changes.all()] == [3, 2]
    assert "Undone: Bob Brandt is as before that change." in text_of(carol.get(page_of(bob)))


def test_undoing_a_reinstatement_suspends_and_signs_out(carol: Client, world: World, alice: Person) -> None:
    for _ in range(2):
        set_status(carol, alice)
    sign_in(world.agent0, alice, now=world.now)
    newest = alice.changes.all()[0]
    submit(carol, carol.get(page_of(alice)), f"{page_of(alice)}/undo/{newest.pk}")
    alice.refresh_from_db()
    assert not alice.is_active
    assert not IdpSession.objects.filter(person=alice, ended_at=None).exists()


def test_only_the_newest_change_is_undone_so_that_no_later_one_goes_with_it(carol: Client, bob: Person) -> None:
    move(carol, bob, "everybody", "sales")
    page = carol.get(page_of(bob))
    first = bob.changes.get()
    move(carol, bob, "everybody", "interns")
    submit(carol, page, f"{page_of(bob)}/undo/{first.pk}")
    assert "Not undone: somebody changed this person since." in text_of(carol.get(page_of(bob)))
    assert sorted(group.slug for group in bob.groups.all()) == ["everybody", "interns"]


def test_a_group_that_is_gone_cannot_come_back(bob: Person, boss: Person, acme: Enterprise) -> None:
    change = save_person(bob, {"groups": acme.groups.filter(slug="sales")}, at=clock.now(), by=boss)
    acme.groups.get(slug="engineering").delete()
    with pytest.raises(NotUndoable, match="no group Engineering"):
        restore(PERSON, change.person, change, version=change.version, by=By(boss, clock.now()))


# The list


def test_the_list_says_who_is_in_which_group_and_what_a_group_opens(carol: Client) -> None:
    said = text_of(carol.get("/acme/admin/people"))
    assert "Bob Brandt bob@acme.example Engineering, Everybody active" in said
    assert "5 people" in said
    assert "Sales 2 none Agent0 at Mail0 (off) , Agent0 at Todo0" in said
    assert "Everybody 5 Agent0, Mail0, Todo0 none" in said


@pytest.mark.parametrize(("asked", "found"), [("ali", True), ("ALICE@", True), ("bob", False), ("%", False)])
def test_people_are_found_by_name_or_login(carol: Client, asked: str, found: bool) -> None:
    assert ("Alice Anders" in text_of(carol.get("/acme/admin/people", {"q": asked}))) is found


def test_a_search_for_nobody_says_so(carol: Client) -> None:
    assert "Nobody has “zz” in name or e-mail." in text_of(carol.get("/acme/admin/people", {"q": "zz\0"}))


def test_many_people_come_in_pages_of_fifty_for_the_same_number_of_statements(
    carol: Client, acme: Enterprise, django_assert_max_num_queries: Any
) -> None:
    Person.objects.bulk_create(
        Person(enterprise=acme, sub=f"00u{n}", login=f"p{n}@acme.example", name=f"Person {n:03}")
        for n in range(80)
    )
    for number, name in (("1", "Person 000"), ("2", "Person 079")):
        with django_assert_max_num_queries(12):
            page = carol.get("/acme/admin/people", {"page": number})
        assert name in text_of(page)
    assert "Page 2 of 2" in text_of(carol.get("/acme/admin/people", {"page": "999"}))
