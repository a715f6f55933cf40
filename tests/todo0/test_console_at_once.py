"""Administrators of Todo0 who save one page in the same moment: one wins, the others are told and lose nothing."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.at_once import at_once, split
from tests.todo0.conftest import come_by
from tests.todo0.console_side import read_forms, submit, text_of
from todo0.authserver.models import RetiringSecret
from todo0.console.models import Change
from todo0.federation.models import Connection, Organization, Tenant
from todo0.resources.models import Api
from xaa.jwt_bearer.models import CrossAppClient

pytestmark = pytest.mark.django_db(transaction=True)

MCP = "http://localhost:8004/mcp"


class Page(NamedTuple):
    """Where it is, the field that all of them change, to what, and what the row then says."""

    address: Callable[[], str]
    field: str
    values: tuple[str, str, str]
    stored: Callable[[], Any]


def connection() -> Connection:
    return Connection.objects.get(slug="acme")


def client() -> CrossAppClient:
    return CrossAppClient.objects.select_related("application").get(application__client_id="agent0-at-todo0")


def organization() -> Organization:
    return Organization.objects.get(connection__slug="acme")


def api() -> Api:
    return Api.objects.order_by("pk")[0]


PAGES = {
    "connection": Page(
        lambda: f"/admin/connections/{connection().pk}",
        "max_lifetime", ("120", "240", "360"), lambda: str(connection().max_lifetime),
    ),
    "client": Page(
        lambda: f"/admin/clients/{client().pk}",
        "name", ("Agent One", "Agent Two", "Agent Three"), lambda: client().application.name,
    ),
    "organization": Page(
        lambda: f"/admin/connections/{connection().pk}/organizations/{organization().pk}",
        "name", ("Acme One", "Acme Two", "Acme Three"), lambda: organization().name,
    ),
    "api": Page(
        lambda: f"/admin/apis/{api().pk}",
        "token_lifetime", ("60", "120", "240"), lambda: str(api().token_lifetime),
    ),
    "server": Page(
        lambda: "/admin/server",
        "default_audience", ("", MCP, ""), lambda: Tenant.objects.get().default_audience,
    ),
}  # fmt: skip


@pytest.fixture
def admins(tove: User) -> list[Client]:
    """Tove's three browsers: three of them in one row of the database are no different from three people."""
    browsers = [Client(enforce_csrf_checks=True) for _ in range(3)]
    for browser in browsers:
        browser.force_login(tove)
        come_by(browser, "todo0-inc")
    return browsers


def read_field(page: HttpResponse, address: str, field: str) -> str:
    return read_forms(page).forms[address][field][0]


@pytest.mark.parametrize("name", PAGES)
def test_of_those_who_save_at_once_one_wins_and_the_others_lose_nothing(admins: list[Client], name: str) -> None:
    address, (_, field, values, stored) = PAGES[name].address(), PAGES[name]
    before, pages = stored(), [browser.get(address) for browser in admins]
    saves = [
        lambda browser=browser, page=page, value=value: submit(browser, page, address, **{field: value})
        for browser, page, value in zip(admins, pages, values, strict=True)
    ]
    answers = at_once(*saves)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    won, lost = split(answers, lambda answer: answer.status_code == 303)
    assert stored() == values[won]
    assert Change.objects.count() == 1, "and one line in the history"
    for number in lost:
        told = text_of(answers[number])
        assert "Not saved: somebody changed this" in told
        assert f"{before} → {values[won] or 'none'}" in told, "what the winner changed, from and to"
        assert read_field(answers[number], address, field) == values[number], "what was chosen still stands"


@pytest.mark.parametrize("name", PAGES)
def test_whoever_was_told_may_save_over_it_and_again_one_at_a_time(admins: list[Client], name: str) -> None:
    address, (_, field, values, stored) = PAGES[name].address(), PAGES[name]
    stale = admins[1].get(address)
    assert submit(admins[0], admins[0].get(address), address, **{field: values[0]}).status_code == 303
    shown = submit(admins[1], stale, address, **{field: values[1]})
    saves = [lambda browser=browser: submit(browser, shown, address) for browser in (admins[1], admins[1])]
    answers = at_once(*saves)
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert stored() == values[1]
    assert list(Change.objects.order_by("version").values_list("version", flat=True)) == [1, 2]


def test_of_two_rotations_at_once_one_makes_a_secret(admins: list[Client]) -> None:
    """Else the first secret would never have worked, and nobody would know."""
    address = f"/admin/clients/{client().pk}"
    pages = [browser.get(address) for browser in admins]
    rotations = [
        lambda browser=browser, page=page: submit(browser, page, f"{address}/secret", overlap="3600")
        for browser, page in zip(admins, pages, strict=True)
    ]
    answers = at_once(*rotations)
    split(answers, lambda answer: b"data-secret" in answer.content)
    assert RetiringSecret.objects.count() == 1
    assert Change.objects.count() == 1


def test_of_an_undo_and_a_save_at_once_one_wins(admins: list[Client]) -> None:
    address = f"/admin/connections/{connection().pk}"
    before = connection().max_lifetime
    submit(admins[0], admins[0].get(address), address, max_lifetime="120")
    pages, change = [browser.get(address) for browser in admins], Change.objects.get()
    undo, save = at_once(
        lambda: submit(admins[0], pages[0], f"{address}/undo/{change.pk}"),
        lambda: submit(admins[1], pages[1], address, max_lifetime="240"),
    )
    assert Change.objects.count() == 2
    has_saved = connection().max_lifetime == 240
    assert has_saved or connection().max_lifetime == before
    assert (undo.status_code, save.status_code) == (303, 303 if has_saved else 409)
    admins[0].cookies.update(undo.cookies)  # what she is told came to her process, in a cookie
    told = text_of(admins[0].get(address))
    assert ("Not restored" in told or "Not undone" in told) is has_saved
