"""Pairwise subjects: an app knows people by names of its own, and every token for it says the same one."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.directory.subjects import subject_at
from idp_mock.tokens.errors import OAuthError
from idp_mock.tokens.id_token import issue_id_token
from idp_mock.tokens.logout_token import issue_logout_token
from stage.kit import people
from tests.idp_mock.app_side import AGENT0, answer_of, authorize, pick_persona, sign_in_for_tokens
from tests.idp_mock.exchange_world import World, sign_in
from xaa import jose

pytestmark = pytest.mark.django_db


def claims_of(token: str) -> dict[str, Any]:
    return dict(jose.peek(token).unverified_claims)


def make_pairwise(app: App, *, host: str = "") -> App:
    """At its own address, or moved to another host."""
    app.subject_type = App.SubjectType.PAIRWISE
    if host:
        app.redirect_uris = [f"https://{host}/callback"]
    app.save()
    return app


@pytest.fixture
def pairwise_agent0(agent0: App) -> App:
    return make_pairwise(agent0)


@pytest.fixture
def pairwise_todo0(world: World) -> App:
    return make_pairwise(world.app("todo0-at-acme"), host="todo0.example")


# Whom an app hears of


@pytest.mark.spec("JAG-05")
def test_all_that_an_app_hears_of_a_person_names_her_alike(
    pairwise_agent0: App, browser: Client, alice: Person
) -> None:
    tokens = sign_in_for_tokens(browser)
    userinfo = browser.get("/acme/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    session = alice.sessions.get()
    logout = issue_logout_token(pairwise_agent0, alice, sid=session.sid, now=session.started_at)
    named = [claims_of(token)["sub"] for token in (tokens["id_token"], tokens["access_token"], logout)]
    assert {*named, userinfo.json()["sub"]} == {subject_at(pairwise_agent0, alice)} != {people.ALICE.sub}


def test_a_refresh_and_the_next_sign_in_name_her_as_the_first_did(pairwise_agent0: App, browser: Client) -> None:
    first, second = (sign_in_for_tokens(browser, prompt=prompt) for prompt in (None, "login"))
    assert claims_of(first["id_token"])["sub"] == claims_of(second["id_token"])["sub"]


def test_two_apps_two_people_and_two_enterprises_share_no_name(
    world: World, bob: Person, globex: Enterprise
) -> None:
    here = make_pairwise(world.agent0, host="agent0.example")
    there = make_pairwise(world.app("todo0-at-acme"), host="todo0.example")
    theirs = make_pairwise(world.app("agent0-at-globex"), host="agent0.example")
    twin = Person(enterprise=globex, sub=world.alice.sub)
    names = [subject_at(here, world.alice), subject_at(there, world.alice), subject_at(here, bob)]
    assert len({*names, subject_at(theirs, twin), world.alice.sub}) == 5


def test_apps_at_one_host_are_one_sector(world: World) -> None:
    """OpenID Connect Core §8.1: otherwise an app could not recognise people between two clients of its own."""
    todo0 = make_pairwise(world.app("todo0-at-acme"))
    assert todo0.redirect_uris != world.agent0.redirect_uris
    assert subject_at(todo0, world.alice) == subject_at(make_pairwise(world.agent0), world.alice)


@pytest.mark.parametrize(
    "redirect_uris",
    [[], ["https://one.example/callback", "https://two.example/callback"], ["urn:example:callback"]],
)
def test_an_app_without_one_host_cannot_have_names_of_its_own(agent0: App, redirect_uris: list[str]) -> None:
    make_pairwise(agent0)
    agent0.redirect_uris = redirect_uris
    with pytest.raises(ValidationError, match="exactly one host"):
        agent0.save()


def test_the_metadata_says_so(client: Client) -> None:
    metadata = client.get("/acme/.well-known/openid-configuration").json()
    assert metadata["subject_types_supported"] == ["public", "pairwise"]


# The exchange


@pytest.mark.spec("JAG-05")
def test_an_id_jag_names_her_as_the_resource_app_does_and_not_as_the_client_does(
    world: World, pairwise_agent0: App, pairwise_todo0: App
) -> None:
    theirs = sign_in(pairwise_todo0, world.alice, now=world.now)
    at_todo0 = claims_of(issue_id_token(theirs, scope="openid", now=world.now))["sub"]
    for subject in world.subjects():
        assert world.claims(**subject)["sub"] == at_todo0
    assert at_todo0 not in (people.ALICE.sub, subject_at(pairwise_agent0, world.alice))


@pytest.mark.spec("JAG-05")
def test_a_client_with_names_of_its_own_gets_the_public_one_where_that_is_what_the_resource_app_sees(
    world: World, pairwise_agent0: App
) -> None:
    assert claims_of(world.id_token())["sub"] != people.ALICE.sub
    assert world.claims()["sub"] == people.ALICE.sub


def test_an_id_jag_costs_no_statement_more(
    world: World, pairwise_todo0: App, django_assert_max_num_queries: Any
) -> None:
    form = world.form()
    with django_assert_max_num_queries(3):  # session, standing, log; the client was the fourth
        world.exchange(**form)


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize("sub", [people.ALICE.sub, people.BOB.sub, ""])
def test_it_refuses_an_id_token_that_names_her_in_another_way(
    world: World, pairwise_agent0: App, sub: str
) -> None:
    assert world.exchange()["token_type"] == "N_A"
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=world.altered_id_token(sub=sub))
    assert (refused.value.check, refused.value.error) == ("I4", "invalid_grant")


@pytest.mark.spec("TX-18")
def test_another_clients_id_token_is_refused_for_being_another_clients(world: World, pairwise_todo0: App) -> None:
    theirs = sign_in(pairwise_todo0, world.alice, now=world.now)
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=world.id_token(theirs))
    assert refused.value.check == "I5"


# Hints


@pytest.mark.spec("OI-07")
def test_her_id_token_signs_her_out(pairwise_agent0: App, browser: Client, alice: Person) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    assert "You are signed out" in browser.get("/acme/logout", {"id_token_hint": hint}).content.decode()
    assert alice.sessions.get().ended_at


def test_a_hint_says_whom_the_app_expects(pairwise_agent0: App, pairwise_todo0: App, browser: Client) -> None:
    hint = sign_in_for_tokens(browser)["id_token"]
    assert "code" in answer_of(authorize(browser, prompt="none", id_token_hint=hint))
    picked = pick_persona(browser, authorize(browser, prompt="login")["Location"], people.BOB)
    assert "code" in answer_of(picked)
    answer = answer_of(authorize(browser, AGENT0, prompt="none", id_token_hint=hint))
    assert answer["error"] == "login_required"


def test_another_apps_hint_is_read_in_that_apps_names(world: World, pairwise_todo0: App, browser: Client) -> None:
    theirs = world.id_token(sign_in(pairwise_todo0, world.alice, now=world.now))
    sign_in_for_tokens(browser)
    assert "code" in answer_of(authorize(browser, prompt="none", id_token_hint=theirs))
