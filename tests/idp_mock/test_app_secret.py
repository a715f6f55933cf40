"""A new client secret: shown once, to an admin, and the former one ends with it."""

import re
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App, Enterprise
from idp_mock.directory.secrets import matches_secret
from idp_mock.seed import seed
from stage.kit import people
from tests.builders import IDP_KEY, jwks
from tests.idp_mock.admin_side import read_forms, signed_in, submit, text_of
from tests.idp_mock.app_side import FORM, csrf_token
from tests.idp_mock.exchange_world import last_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def todo0(globex: Enterprise) -> App:
    return globex.apps.get(client_id="todo0-at-globex")


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(people.GLOBEX_ALICE)


def sign_on_of(app: App) -> str:
    return f"/{app.enterprise.slug}/admin/apps/{app.pk}/sign-on"


def make(admin: Client, app: App, **changed: str) -> HttpResponse:
    return submit(admin, admin.get(sign_on_of(app)), f"/globex/admin/apps/{app.pk}/secret", **changed)


def secret_in(page: HttpResponse) -> str:
    return re.search(r"<dt>Secret</dt><dd class=\"mono\" data-secret>([^<]+)<", page.content.decode())[1]


@pytest.mark.spec("SEC-17")
def test_it_is_shown_once_and_only_its_hash_is_kept(admin: Client, todo0: App) -> None:
    page = make(admin, todo0, sure="yes")
    secret = secret_in(page)
    assert page["Cache-Control"] == "no-store"
    todo0.refresh_from_db()
    assert matches_secret(secret, todo0.secret_hash)
    assert secret not in str(App.objects.values())
    assert secret not in admin.get(sign_on_of(todo0)).content.decode()
    assert "http://localhost:8003/globex Client id todo0-at-globex Secret" in text_of(page)


def test_the_app_authenticates_with_it_and_no_more_with_the_former_one(admin: Client, todo0: App) -> None:
    first, second = (secret_in(make(admin, todo0, sure="yes")) for _ in range(2))
    assert answer_with(first).json()["error"] == "invalid_client"
    assert answer_with(second).json()["error"] == "invalid_grant", "it is known, and has no such code"


def answer_with(secret: str) -> HttpResponse:
    form = {
        "grant_type": "authorization_code",
        "code": "x",
        "redirect_uri": "http://localhost:8002/signin/callback",
    }
    credentials = {"client_id": "todo0-at-globex", "client_secret": secret, "code_verifier": "v" * 43}
    return Client().post("/globex/token", urlencode(form | credentials), content_type=FORM)


def test_it_is_in_the_system_log_and_the_secret_is_not(admin: Client, todo0: App) -> None:
    secret = secret_in(make(admin, todo0, sure="yes"))
    event = last_event()
    assert (event.event_type, event.person_name) == (
        "app.oauth2.credentials.lifecycle.create",
        people.GLOBEX_ALICE.name,
    )
    assert re.fullmatch(r"Client secret: [0-9a-f]{8} → [0-9a-f]{8}", event.reason)
    assert secret not in str(list(todo0.enterprise.events.values()))
    assert "made a new secret for Todo0" in text_of(admin.get("/globex/admin/log?kind=keys"))


def test_without_the_tick_nothing_happens(admin: Client, todo0: App) -> None:
    before = todo0.secret_hash
    answer = make(admin, todo0)
    todo0.refresh_from_db()
    assert (answer.status_code, todo0.secret_hash) == (303, before)
    assert "No secret was made" in admin.get(answer["Location"]).content.decode()


def test_a_form_sent_twice_makes_one(admin: Client, todo0: App) -> None:
    page = admin.get(sign_on_of(todo0))
    address = f"/globex/admin/apps/{todo0.pk}/secret"
    secret = secret_in(submit(admin, page, address, sure="yes"))
    again = submit(admin, page, address, sure="yes")
    todo0.refresh_from_db()
    assert (again.status_code, matches_secret(secret, todo0.secret_hash)) == (303, True)
    assert "No second secret was made" in admin.get(again["Location"]).content.decode()


def test_an_app_that_signs_gets_none(admin: Client, todo0: App) -> None:
    todo0.set_keys(jwks(IDP_KEY))
    todo0.save()
    page, address = admin.get(sign_on_of(todo0)), f"/globex/admin/apps/{todo0.pk}/secret"
    assert address not in read_forms(page).forms
    form = {"sure": "yes", "known": "none", "csrfmiddlewaretoken": csrf_token(page)}
    assert admin.post(address, form).status_code == 404


def test_it_outlives_the_next_start(admin: Client, todo0: App) -> None:
    secret = secret_in(make(admin, todo0, sure="yes"))
    seed()
    todo0.refresh_from_db()
    assert matches_secret(secret, todo0.secret_hash)
