"""Guessing is slowed down: passwords before they are looked at, client secrets after they were wrong."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from idp_mock.directory.models import App
from idp_mock.signin import passwords
from stage.kit.people import ALICE, BOB
from stage.kit.registrations import AGENT0_AT_ACME
from xaa import protocol
from xaa.throttle import clients

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def low(monkeypatch):
    monkeypatch.setattr(clients, "FAILURES_OF_CLIENT", 3)
    monkeypatch.setattr(passwords, "GUESSES_OF_LOGIN", 3)
    monkeypatch.setattr(passwords, "GUESSES_FROM_ADDRESS", 6)


def sign_in(login, password, address="203.0.113.7"):
    return Client(REMOTE_ADDR=address).post("/acme/login", {"login": login, "password": password})


@pytest.mark.spec("SEC-34")
def test_after_too_many_guesses_not_even_the_right_password_is_looked_at():
    assert [sign_in(ALICE.email, "wrong").status_code for _ in range(3)] == [400] * 3
    answer = sign_in(ALICE.email, ALICE.password)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many attempts" in answer.content.decode()


def test_a_stranger_elsewhere_locks_nobody_out():
    for _ in range(4):
        sign_in(ALICE.email, "wrong", address="198.51.100.9")
    assert sign_in(ALICE.email, ALICE.password).status_code == 303


def test_one_password_on_many_logins_is_counted_by_address():
    statuses = [sign_in(f"person-{number}@acme.example", "summer").status_code for number in range(7)]
    assert statuses == [400] * 6 + [429]
    assert sign_in(BOB.email, BOB.password, address="192.0.2.1").status_code == 303


def test_every_spelling_that_a_database_takes_for_one_login_counts_as_one():
    """PostgreSQL compares in upper case, where a dotless i and a long s are an ordinary I and S."""
    for login in ("al\u0131ce@acme.example", " ALICE@acme.example", "alice@acme.example"):
        sign_in(login, "wrong")
    assert sign_in(ALICE.email, ALICE.password).status_code == 429
    assert sign_in(BOB.email, BOB.password).status_code == 303


def test_an_unknown_login_is_told_the_same():
    nobody = [sign_in("nobody@acme.example", "wrong").status_code for _ in range(4)]
    assert nobody == [sign_in(ALICE.email, "wrong", address="192.0.2.1").status_code for _ in range(4)]


@pytest.mark.spec("SEC-34")
@pytest.mark.parametrize("path", ["/acme/token", "/acme/revoke"])
def test_a_client_that_fails_too_often_is_told_to_wait(path):
    form = {"client_id": "agent0-at-acme", "client_secret": "wrong", "grant_type": "x", "token": "x"}
    kind = "application/x-www-form-urlencoded"
    answers = [Client().post(path, urlencode(form), content_type=kind) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[3]["Retry-After"]) > 0
    assert answers[3].json()["error"] == "too_many_requests"


@pytest.mark.spec("SEC-34")
def test_too_many_refused_subject_tokens_are_told_to_wait(monkeypatch):
    monkeypatch.setattr(clients, "REFUSED_GRANTS_OF_CLIENT", 3)
    app = App.objects.get(client_id="agent0-at-acme")
    form = {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "audience": "http://localhost:8002",
        "subject_token": "no.id.token",
        "subject_token_type": protocol.TOKEN_TYPE_ID_TOKEN,
        "client_id": app.client_id,
        "client_secret": AGENT0_AT_ACME.load_secret(),
    }
    kind = "application/x-www-form-urlencoded"
    answers = [Client().post("/acme/token", urlencode(form), content_type=kind) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429]
