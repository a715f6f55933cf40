"""The whole map of the console, walked as nobody, as a customer's people, and as Todo0's own administrator.

The addresses come from the URL configuration, so a page that somebody adds is walked from its first day.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from stage.kit import people
from tests.todo0.conftest import come_by, user_of
from todo0.console.urls import urlpatterns
from todo0.federation.models import Connection, Organization
from todo0.resources.models import Api
from todo0.self_service.models import Invitation
from xaa.jwt_bearer.models import CrossAppClient

each_page = pytest.mark.parametrize("pattern", urlpatterns, ids=lambda pattern: pattern.name)
FORGETFUL = {"sessions.Session", "contenttypes.ContentType", "auth.Permission"}


@pytest.fixture(autouse=True)
def _somebody_is_invited(seeded: None) -> None:
    """Each of these pages is about a row that is there."""
    now = timezone.now()
    Invitation.objects.create(name="Initech", slug="initech", made_at=now, expires_at=now)


def address_of(pattern: URLPattern) -> str:
    route = str(pattern.pattern)
    own = {
        "apis": Api.objects.filter(identifier__endswith="/mcp"),
        "clients": CrossAppClient.objects.filter(application__name="Agent0"),
        "connections": Connection.objects.filter(slug="acme"),
        "invitations": Invitation.objects.all(),
    }
    acme = Organization.objects.get(connection__slug="acme").pk
    for name in pattern.pattern.converters:
        value = own[route.partition("/")[0]].get().pk if name == "pk" else {"organization": acme}.get(name, 1)
        route = route.replace(f"<int:{name}>", str(value))
    assert "<" not in route, route
    return f"/admin/{route}"


def ways(browser: Client, pattern: URLPattern) -> Iterator[HttpResponse]:
    """Opened, and sent as a form with a good CSRF token."""
    address = address_of(pattern)
    browser.get("/")
    token = browser.cookies["todo0_csrf"].value if "todo0_csrf" in browser.cookies else ""
    if not token:
        browser.cookies["todo0_csrf"] = token = "t" * 32
    yield browser.get(address)
    yield browser.post(address, {"csrfmiddlewaretoken": token, "to": "off", "user": user_of(people.ALICE).pk})


def state() -> dict[str, list[Any]]:
    models = [model for model in apps.get_models() if model._meta.managed and model._meta.label not in FORGETFUL]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def browser_of(user: User | None) -> Client:
    client = Client(enforce_csrf_checks=True)
    if user:
        client.force_login(user)
    return client


@each_page
def test_nobody_is_sent_to_todo0s_own_sign_in(pattern: URLPattern, seeded: None) -> None:
    before = state()
    for response in ways(browser_of(None), pattern):
        assert response.status_code in (303, 405)
        if response.status_code == 303:
            assert response["Location"].startswith("/signin/start?connection=todo0-inc&next=%2Fadmin%2F")
    assert state() == before


@each_page
def test_a_customers_people_are_told_whose_page_it_is(pattern: URLPattern, alice: User) -> None:
    browser = browser_of(alice)  # signing in leaves its time in her row
    before = state()
    for response in ways(browser, pattern):
        assert response.status_code in (403, 405)
        if response.status_code == 403:
            assert "own administrators" in response.content.decode()
            assert "Tove" not in response.content.decode()
    assert state() == before


@each_page
def test_an_administrator_who_lost_her_right_is_out_with_the_next_request(
    pattern: URLPattern, admin: Client, tove: User
) -> None:
    assert admin.get("/admin/").status_code == 200
    User.objects.filter(pk=tove.pk).update(is_staff=False)
    assert all(response.status_code in (403, 405) for response in ways(admin, pattern))


@each_page
def test_the_right_counts_for_nothing_where_a_customers_idp_signs_her_in(
    pattern: URLPattern, admin: Client
) -> None:
    come_by(admin, "acme")
    assert all(response.status_code in (403, 405) for response in ways(admin, pattern))


@each_page
def test_the_administrator_gets_in(pattern: URLPattern, admin: Client) -> None:
    """The good twin: by one method or the other, the page answers."""
    answers = list(ways(admin, pattern))
    if "change" in pattern.pattern.converters:
        assert {response.status_code for response in answers} <= {404, 405}  # nothing was changed yet
    else:
        assert any(response.status_code in (200, 303, 400) for response in answers)
    assert all(response.status_code < 500 for response in answers)


def test_a_change_needs_a_form_of_ours(admin: Client) -> None:
    acme = Connection.objects.get(slug="acme")
    assert admin.post(f"/admin/connections/{acme.pk}/xaa", {"to": "off"}).status_code == 403, "no CSRF token"
    acme.refresh_from_db()
    assert acme.xaa_enabled
