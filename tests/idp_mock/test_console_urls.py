"""The whole map of the enterprise's own pages, walked as nobody, as an employee and as another enterprise's admin.

The addresses come from the URL configuration, so a page that somebody adds is walked from its first day.
"""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern

from idp_mock.console.urls import urlpatterns
from idp_mock.directory.models import App, Enterprise, Person
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.policy.models import CrossAppConnection
from stage.kit import people
from tests.idp_mock.admin_side import signed_in
from tests.idp_mock.app_side import csrf_token

pytestmark = pytest.mark.django_db

ADMIN = [pattern for pattern in urlpatterns if str(pattern.pattern).startswith("admin/")]
each_page = pytest.mark.parametrize("pattern", ADMIN, ids=lambda pattern: pattern.name)


def keys_of(enterprise: Enterprise, pattern: URLPattern) -> dict[str, object]:
    """What this page's address names, all of it ``enterprise``'s own."""
    connection = enterprise.connections.get(resource_app__app__name="Todo0")
    target = connection.resource_app
    person = enterprise.people.get(sub=people.ALICE.sub)
    own = {
        "policy": connection.pk,
        "people": person.pk,
        "apps": target.app_id if "resource-server" in str(pattern.pattern) else connection.requesting_app_id,
        "keys": enterprise.signing_keys.filter(status="next")[0].pk,
    }
    known = {
        "pk": own.get(str(pattern.pattern).split("/")[1], connection.pk),
        "change": 1,
        "tab": "connections",
        "app": connection.requesting_app_id,
        "resource_app": target.pk,
    }
    return {name: known[name] for name in pattern.pattern.converters}


def address_at(slug: str, pattern: URLPattern, keys: dict[str, object]) -> str:
    route = str(pattern.pattern)
    for name, value in keys.items():
        route = route.replace(f"<int:{name}>", str(value)).replace(f"<slug:{name}>", str(value))
    assert "<" not in route, route
    return f"/{slug}/{route}"


def ways(browser: Client, slug: str, address: str) -> Iterator[object]:
    """Opened, and sent as a form with a good CSRF token."""
    token = csrf_token(browser.get(f"/{slug}/login"))
    yield browser.get(address)
    yield browser.post(address, {"csrfmiddlewaretoken": token, "to": "off"})


def state() -> list[object]:
    models = (Person, CrossAppConnection, App, Enterprise, SigningKeyRecord)
    return [list(model.objects.order_by("pk").values()) for model in models]


@each_page
def test_nobody_is_sent_to_sign_in(pattern: URLPattern, acme: Enterprise, browser: Client) -> None:
    before = state()
    for response in ways(browser, "acme", address_at("acme", pattern, keys_of(acme, pattern))):
        assert response.status_code in (303, 405)
        if response.status_code == 303:
            assert response["Location"].startswith("/acme/login?next=")
    assert state() == before


@each_page
def test_an_employee_is_told_that_the_page_is_for_admins(pattern: URLPattern, acme: Enterprise) -> None:
    before = state()
    for response in ways(signed_in(people.BOB), "acme", address_at("acme", pattern, keys_of(acme, pattern))):
        assert response.status_code in (403, 405)
        if response.status_code == 403:
            assert "administrators" in response.content.decode()
    assert state() == before


@each_page
def test_another_enterprises_admin_is_nobody_here(pattern: URLPattern, acme: Enterprise) -> None:
    before = state()
    alice_of_globex = signed_in(people.GLOBEX_ALICE)
    for response in ways(alice_of_globex, "acme", address_at("acme", pattern, keys_of(acme, pattern))):
        assert response.status_code in (303, 405)
    assert state() == before


@each_page
def test_under_her_own_path_another_enterprises_rows_do_not_exist(
    pattern: URLPattern, acme: Enterprise, globex: Enterprise
) -> None:
    before = state()
    alice_of_globex, keys = signed_in(people.GLOBEX_ALICE), keys_of(acme, pattern)
    for response in ways(alice_of_globex, "globex", address_at("globex", pattern, keys)):
        if keys:
            assert response.status_code in (404, 405)
        elif response.status_code == 200:
            text = response.content.decode() if not response.streaming else response.getvalue().decode()
            assert "@acme.example" not in text
            assert "00u2bob" not in text
            assert "Mail0" not in text
    assert state() == before


@each_page
def test_the_admin_herself_gets_in(pattern: URLPattern, acme: Enterprise) -> None:
    """The good twin of all the above: by one method or the other, the page answers."""
    answers = list(ways(signed_in(people.CAROL), "acme", address_at("acme", pattern, keys_of(acme, pattern))))
    if "change" in pattern.pattern.converters:
        assert {response.status_code for response in answers} <= {404, 405}  # nothing was changed yet
    else:
        assert any(response.status_code in (200, 303, 400) for response in answers)
        assert all("/login" not in response.headers.get("Location", "") for response in answers)
    assert all(response.status_code < 500 for response in answers)
