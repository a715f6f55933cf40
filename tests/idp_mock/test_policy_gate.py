"""Who gets into the enterprise's own pages."""

import pytest
from django.test import Client

from idp_mock.directory.models import Person
from idp_mock.policy.models import CrossAppConnection
from stage.kit import people
from tests.idp_mock.admin_side import signed_in, text_of
from tests.idp_mock.app_side import csrf_token

pytestmark = pytest.mark.django_db
ADMIN_PAGES = ["/acme/admin/", "/acme/admin/policy", "/acme/admin/log"]


def connection_of(slug: str) -> CrossAppConnection:
    return CrossAppConnection.objects.get(enterprise__slug=slug, resource_app__app__name="Todo0")


@pytest.mark.parametrize("address", [*ADMIN_PAGES, "/acme/"])
def test_nobody_is_sent_to_sign_in_and_back(browser: Client, address: str) -> None:
    response = browser.get(f"{address}?outcome=denied")
    assert response.status_code == 303
    assert response["Location"] == (f"/acme/login?next={address.replace('/', '%2F')}%3Foutcome%3Ddenied")
    page = browser.get(response["Location"])
    sent = {"persona": people.CAROL.sub, "csrfmiddlewaretoken": csrf_token(page)}
    back = browser.post(response["Location"], sent)
    assert back["Location"] == f"{address}?outcome=denied"
    assert browser.get(back["Location"]).status_code == 200


@pytest.mark.parametrize("address", ADMIN_PAGES)
@pytest.mark.parametrize(
    "person", [people.ALICE, people.BOB, people.DAN, people.EVE], ids=lambda person: person.key
)
def test_an_employee_is_told_who_the_administrators_are(person: people.Person, address: str) -> None:
    response = signed_in(person).get(address)
    assert response.status_code == 403
    assert "This page is for Acme's administrators" in text_of(response).replace("&#x27;", "'")
    assert "Carol Castro" in text_of(response)
    assert signed_in(people.CAROL).get(address).status_code == 200


def test_an_admin_of_another_enterprise_is_nobody_here() -> None:
    alice_of_globex = signed_in(people.GLOBEX_ALICE)
    assert alice_of_globex.get("/globex/admin/").status_code == 200
    assert alice_of_globex.get("/acme/admin/")["Location"].startswith("/acme/login")


def test_another_enterprises_connection_does_not_exist_here() -> None:
    carol, theirs, ours = signed_in(people.CAROL), connection_of("globex"), connection_of("acme")
    assert carol.get(f"/acme/admin/policy/{ours.pk}").status_code == 200
    assert carol.get(f"/acme/admin/policy/{theirs.pk}").status_code == 404
    assert carol.get("/acme/admin/policy/999999").status_code == 404


def test_nobody_but_an_admin_can_switch(browser: Client) -> None:
    ours = connection_of("acme")
    address = f"/acme/admin/policy/{ours.pk}/switch"
    for who, status in ((signed_in(people.ALICE), 403), (browser, 303)):
        token = csrf_token(who.get("/acme/login"))
        response = who.post(address, {"to": "off", "csrfmiddlewaretoken": token})
        assert response.status_code == status
    assert connection_of("acme").is_on


def test_a_form_that_was_sent_while_signed_out_leads_to_the_front_page(browser: Client) -> None:
    token = csrf_token(browser.get("/acme/login"))
    response = browser.post(
        f"/acme/admin/policy/{connection_of('acme').pk}/switch", {"to": "off", "csrfmiddlewaretoken": token}
    )
    assert response["Location"] == "/acme/login?next=%2Facme%2F"


def test_a_form_from_another_site_does_nothing() -> None:
    carol = signed_in(people.CAROL)
    response = carol.post(f"/acme/admin/policy/{connection_of('acme').pk}/switch", {"to": "off"})
    assert response.status_code == 403
    assert connection_of("acme").is_on


def test_a_link_cannot_switch() -> None:
    carol = signed_in(people.CAROL)
    assert carol.get(f"/acme/admin/policy/{connection_of('acme').pk}/switch?to=off").status_code == 405
    assert carol.get("/acme/admin/policy/connect/1/1").status_code == 405


def test_a_suspended_or_demoted_admin_is_out_at_once() -> None:
    carol = signed_in(people.CAROL)
    row = Person.objects.filter(sub=people.CAROL.sub)
    row.update(is_admin=False)
    assert carol.get("/acme/admin/").status_code == 403
    row.update(is_admin=True, status="suspended")
    assert "has suspended this account" in text_of(carol.get("/acme/admin/"))


def test_an_unknown_enterprise_has_no_pages(browser: Client) -> None:
    assert browser.get("/nowhere/admin/").status_code == 404
    assert browser.get("/nowhere/").status_code == 404


@pytest.mark.parametrize("address", [*ADMIN_PAGES, "/acme/"])
def test_no_cache_keeps_a_page_that_tells_who_is_signed_in(address: str) -> None:
    response = signed_in(people.CAROL).get(address)
    assert response["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_admin_without_its_slash_leads_to_admin() -> None:
    assert signed_in(people.CAROL).get("/acme/admin")["Location"] == "/acme/admin/"
