"""Todo0's client secret at an enterprise's IdP, changed at the console: it goes in, works, and is never shown."""

import base64
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client

from tests.todo0.console_side import submit, text_of
from tests.todo0.setup_side import SECRET, FarSide, activate
from todo0 import seed
from todo0.console.models import Change
from todo0.federation.models import Connection

ANOTHER = "another-one-that-initech-made-0123456789abcdef"


def page_of(admin: Client, row: Connection) -> HttpResponse:
    return admin.get(f"/admin/connections/{row.pk}")


def change(admin: Client, row: Connection, typed: str, page: HttpResponse | None = None) -> HttpResponse:
    sent = submit(admin, page or page_of(admin, row), f"/admin/connections/{row.pk}/secret", client_secret=typed)
    assert sent.status_code == 303
    return admin.get(sent["Location"])


def load(slug: str) -> Connection:
    return Connection.objects.get(slug=slug)


def secret_sent_by_a_sign_in(far_side: FarSide) -> str:
    browser = Client()
    started = browser.get("/signin/start", {"connection": "initech"})
    assert far_side.come_back(browser, started["Location"]).status_code == 302
    call = next(call for call in reversed(far_side.wire.calls) if call.request.url.endswith("/token"))
    pair = base64.b64decode(call.request.headers["Authorization"].removeprefix("Basic ")).decode()
    return unquote_plus(pair.partition(":")[2])


def test_the_next_sign_in_brings_the_new_one(admin: Client, ready: Client, far_side: FarSide) -> None:
    activate(ready)
    assert secret_sent_by_a_sign_in(far_side) == SECRET
    assert "from the next sign-in" in text_of(change(admin, load("initech"), ANOTHER))
    assert secret_sent_by_a_sign_in(far_side) == ANOTHER


def test_it_is_stored_sealed_and_told_as_changed_and_shown_nowhere(
    admin: Client, seeded: None, tove: User, caplog: Any
) -> None:
    page = change(admin, load("acme"), ANOTHER)
    row, told = load("acme"), Change.objects.get()
    assert row.client_secret == ANOTHER
    assert ANOTHER not in row.client_secret_sealed
    assert (told.by, told.version) == (tove, 1)
    assert [name for name in told.after if told.before[name] != told.after[name]] == ["client_secret"]
    assert "Our client secret there: set, mark" in text_of(page)
    everything = page.content.decode() + admin.get("/admin/").content.decode() + str(list(Change.objects.values()))
    assert ANOTHER not in everything + caplog.text


def test_the_same_one_entered_again_looks_like_any_other_change(admin: Client, seeded: None) -> None:
    """Else the history would be a way to ask whether a guess is right."""
    change(admin, load("acme"), load("acme").client_secret)
    assert Change.objects.count() == 1


def test_nothing_brings_a_former_one_back(admin: Client, seeded: None) -> None:
    page = change(admin, load("acme"), ANOTHER)
    assert "undo" not in page.content.decode()
    submit(admin, page, address := f"/admin/connections/{load('acme').pk}", max_lifetime="300")
    page = admin.get(address)
    assert page.content.decode().count("/undo/") == 1, "the good twin: terms can be brought back"
    submit(admin, page, f"{address}/undo/{Change.objects.get(version=2).pk}")
    assert (load("acme").max_lifetime, load("acme").client_secret) == (600, ANOTHER)


@pytest.mark.parametrize("typed", ["", "  ", "x" * 501])
def test_what_is_no_secret_changes_nothing(admin: Client, seeded: None, typed: str) -> None:
    before = load("acme").client_secret_sealed
    assert "Not changed: expected a secret" in text_of(change(admin, load("acme"), typed))
    assert load("acme").client_secret_sealed == before
    assert not Change.objects.exists()


def test_over_somebody_elses_change_it_is_not_saved(admin: Client, seeded: None) -> None:
    stale, before = page_of(admin, load("acme")), load("acme").client_secret
    change(admin, load("acme"), ANOTHER)
    assert "Not changed: enter the secret again" in text_of(change(admin, load("acme"), "yet-another", stale))
    assert before != load("acme").client_secret == ANOTHER


def test_the_environment_counts_no_more_once_it_was_changed_here(
    admin: Client, seeded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODO0_IDP_CLIENT_SECRET", "n" * 43)
    seed.seed()
    assert load("acme").client_secret == "n" * 43, "the good twin: until then it follows"
    change(admin, load("acme"), ANOTHER)
    seed.seed()
    assert load("acme").client_secret == ANOTHER


def test_another_idp_in_the_environment_brings_its_own_secret(admin: Client, seeded: None, settings: Any) -> None:
    change(admin, load("acme"), ANOTHER)
    settings.IDP_ISSUER = "https://example.okta.example"
    seed.seed()
    assert load("acme").client_secret != ANOTHER


def test_an_operator_can_enter_it_without_the_console(
    seeded: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever got the secret of the administrators' own connection wrong could not sign in to mend it."""
    monkeypatch.setattr("todo0.federation.management.commands.connection.getpass", lambda prompt: f"{ANOTHER}\n")
    call_command("connection", "todo0-inc", "--client-secret")
    assert load("todo0-inc").client_secret == ANOTHER
    assert Change.objects.get().by_name == "The command line"
    assert ANOTHER not in capsys.readouterr().out
    monkeypatch.setattr("todo0.federation.management.commands.connection.getpass", lambda prompt: "")
    with pytest.raises(CommandError, match="It stays as it was"):
        call_command("connection", "todo0-inc", "--client-secret")
    assert load("todo0-inc").client_secret == ANOTHER
