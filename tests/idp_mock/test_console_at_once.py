"""Admins of Acme who save one page in the same moment: one wins, the others are told and lose nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App, Enterprise, Group, Person
from idp_mock.directory.secrets import matches_secret
from idp_mock.policy.models import CrossAppConnection
from idp_mock.seed import seed
from idp_mock.systemlog.models import (
    EVENT_CONNECTION,
    EVENT_KEY_ANNOUNCED,
    EVENT_KEY_RETIRED,
    EVENT_KEY_ROTATION,
    EVENT_SECRET,
    Event,
)
from stage.kit import people
from stage.kit.registrations import AGENT0_AT_ACME
from tests.at_once import at_once, split
from tests.idp_mock.admin_side import read_forms, signed_in, submit, text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _seeded(transactional_db: None, settings: Any) -> Iterator[None]:
    """Tests that commit empty the tables behind them. No app is told anything here."""
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    if not Enterprise.objects.exists():
        seed()
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield


@pytest.fixture
def admins() -> list[Client]:
    return [signed_in(people.CAROL) for _ in range(3)]


def connection() -> CrossAppConnection:
    return CrossAppConnection.objects.get(
        requesting_app__client_id=AGENT0_AT_ACME.client_id, resource_app__app__name="Todo0"
    )


def bob() -> Person:
    return Person.objects.get(enterprise__slug="acme", sub=people.BOB.sub)


def events_of(*kinds: str) -> int:
    return Event.objects.filter(event_type__in=kinds).count()


def test_of_those_who_save_terms_at_once_one_wins_and_the_others_lose_nothing(admins: list[Client]) -> None:
    address, values = f"/acme/admin/policy/{connection().pk}", ("60", "120", "240")
    pages = [browser.get(address) for browser in admins]
    answers = at_once(
        *[
            lambda browser=browser, page=page, value=value: submit(browser, page, address, lifetime=value)
            for browser, page, value in zip(admins, pages, values, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    won, lost = split(answers, lambda answer: answer.status_code == 303)
    assert str(connection().lifetime) == values[won]
    assert (connection().changes.count(), events_of(EVENT_CONNECTION)) == (1, 1)
    for number in lost:
        told = text_of(answers[number])
        assert "Not saved: somebody changed this connection" in told
        assert f"ID-JAG lifetime in seconds: 300 → {values[won]}" in told
        assert read_forms(answers[number]).forms[address]["lifetime"] == [values[number]]
    again = submit(admins[lost[0]], answers[lost[0]], address)
    assert (again.status_code, str(connection().lifetime)) == (303, values[lost[0]]), "over what was shown"
    assert submit(admins[lost[1]], answers[lost[1]], address).status_code == 409


def test_of_those_who_move_one_person_at_once_one_wins_and_the_others_lose_nothing(admins: list[Client]) -> None:
    address = f"/acme/admin/people/{bob().pk}"
    wanted = [
        [str(Group.objects.get(enterprise__slug="acme", slug=slug).pk)] for slug in ("sales", "it", "everybody")
    ]
    pages = [browser.get(address) for browser in admins]
    answers = at_once(
        *[
            lambda browser=browser, page=page, groups=groups: submit(browser, page, address, groups=groups)
            for browser, page, groups in zip(admins, pages, wanted, strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    won, lost = split(answers, lambda answer: answer.status_code == 303)
    assert [str(group.pk) for group in bob().groups.all()] == wanted[won]
    assert bob().changes.count() == 1
    for number in lost:
        assert "Not saved: somebody changed this person" in text_of(answers[number])
        assert read_forms(answers[number]).forms[address]["groups"] == wanted[number]


def test_a_suspension_works_whoever_edits_and_is_never_lost_to_a_save(admins: list[Client]) -> None:
    """It names no version: the one thing that must never have to wait for a second look."""
    address = f"/acme/admin/people/{bob().pk}"
    pages = [browser.get(address) for browser in admins]
    sales = [str(Group.objects.get(enterprise__slug="acme", slug="sales").pk)]
    suspended, moved = at_once(
        lambda: submit(admins[0], pages[0], f"{address}/status"),
        lambda: submit(admins[1], pages[1], address, groups=sales),
    )
    assert suspended.status_code == 303
    assert not bob().is_active
    has_moved = [group.slug for group in bob().groups.all()] == ["sales"]
    assert moved.status_code == (303 if has_moved else 409)
    assert bob().changes.count() == 1 + has_moved


def test_of_those_who_want_a_new_secret_at_once_one_gets_it(admins: list[Client]) -> None:
    """Else one would write down a secret that never worked."""
    app = App.objects.get(client_id=AGENT0_AT_ACME.client_id)
    page, address = f"/acme/admin/apps/{app.pk}/sign-on", f"/acme/admin/apps/{app.pk}/secret"
    pages = [browser.get(page) for browser in admins]
    answers = at_once(
        *[
            lambda browser=browser, page=page: submit(browser, page, address, sure="yes")
            for browser, page in zip(admins, pages, strict=True)
        ]
    )
    won, lost = split(answers, lambda answer: answer.status_code == 200)
    app.refresh_from_db()
    assert matches_secret(read_secret(answers[won]), app.secret_hash)
    assert [answers[number].status_code for number in lost] == [303, 303]
    admins[lost[0]].cookies.update(answers[lost[0]].cookies)  # which hold what she is told next
    assert "No second secret was made" in text_of(admins[lost[0]].get(page))
    assert events_of(EVENT_SECRET) == 1


@pytest.mark.parametrize(
    ("path", "fields", "kind"),
    [
        ("rotate", {"how": "soft"}, EVENT_KEY_ROTATION),
        ("announce", {"alg": "ES256"}, EVENT_KEY_ANNOUNCED),
    ],
)
def test_of_those_who_change_the_keys_at_once_one_does(
    admins: list[Client], path: str, fields: dict[str, str], kind: str
) -> None:
    if path == "rotate":
        submit(admins[0], admins[0].get("/acme/admin/keys"), "/acme/admin/keys/announce", alg="ES256")
    pages = [browser.get("/acme/admin/keys") for browser in admins]
    address = next(found for found in read_forms(pages[0]).forms if found.endswith(f"/{path}"))
    before = events_of(kind)
    told = at_once(
        *[
            lambda browser=browser, page=page: press_and_read(browser, page, address, **fields)
            for browser, page in zip(admins, pages, strict=True)
        ]
    )
    assert events_of(kind) == before + 1
    assert Counter("Nothing was changed: somebody else changed the keys" in one for one in told) == {
        True: 2,
        False: 1,
    }
    assert events_of(EVENT_KEY_RETIRED) == 0


def test_of_two_clicks_on_one_switch_at_once_both_are_content_and_one_changes_something(
    admins: list[Client],
) -> None:
    address = f"/acme/admin/policy/{connection().pk}/switch"
    pages = [browser.get("/acme/admin/policy") for browser in admins]
    answers = at_once(
        *[
            lambda browser=browser, page=page: submit(browser, page, address)
            for browser, page in zip(admins, pages, strict=True)
        ]
    )
    assert [answer.status_code for answer in answers] == [303] * 3
    assert (connection().is_on, connection().changes.count()) == (False, 1)


def press_and_read(browser: Client, page: HttpResponse, address: str, **fields: str) -> str:
    submit(browser, page, address, **fields)
    return text_of(browser.get("/acme/admin/keys"))


def read_secret(page: HttpResponse) -> str:
    return re.search(r"data-secret>([^<]+)<", page.content.decode())[1]
