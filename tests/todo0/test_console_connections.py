"""Enterprise connections in the console: what an administrator changes, the next request follows."""

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.todo0.conftest import TODO0_INC, Call, Redeem, id_jag
from tests.todo0.console_side import submit, text_of
from todo0.console.models import Change
from todo0.federation.models import Connection, EmailDomain
from xaa.signin.models import SignedInSession


@pytest.fixture
def acme_row(seeded: None) -> Connection:
    return Connection.objects.get(slug="acme")


def page_of(admin: Client, row: Connection) -> HttpResponse:
    return admin.get(f"/admin/connections/{row.pk}")


def switch(admin: Client, row: Connection, name: str) -> HttpResponse:
    return submit(admin, page_of(admin, row), f"/admin/connections/{row.pk}/{name}")


def save(admin: Client, row: Connection, **changed: Any) -> HttpResponse:
    return submit(admin, page_of(admin, row), f"/admin/connections/{row.pk}", **changed)


def test_switching_xaa_off_ends_it_at_once_and_on_brings_it_back(
    admin: Client, acme_row: Connection, redeem: Redeem, call: Call
) -> None:
    assert call("GET", "/todos").status_code == 200
    assert switch(admin, acme_row, "xaa").status_code == 303
    assert call("GET", "/todos").status_code == 401, "the token it stood on has ended"
    assert redeem(id_jag()).status_code == 400
    assert "Alice" not in text_of(page_of(admin, acme_row))
    switch(admin, acme_row, "xaa")
    assert redeem(id_jag()).status_code == 200


def test_deactivation_ends_sign_ins_and_tokens(
    admin: Client, acme_row: Connection, call: Call, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    browser = Client()
    browser.force_login(alice)
    key = browser.session.session_key
    row = {"issuer": acme_row.issuer, "subject": "00u1alice", "seen_at": "2026-01-01T00:00:00Z"}
    SignedInSession.objects.create(session_key=key, **row)
    assert browser.get("/todos").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        switch(admin, acme_row, "sign-in")
    assert browser.get("/todos").status_code == 302
    assert call("GET", "/todos").status_code == 401
    assert Client().get("/signin/start?connection=acme").status_code == 404
    assert admin.get("/admin/").status_code == 200, "hers is another connection"


def test_the_administrators_own_connection_stays_on(admin: Client) -> None:
    own = Connection.objects.get(slug="todo0-inc")
    page = admin.get(switch(admin, own, "sign-in")["Location"])
    assert "nobody could turn it on" in text_of(page)
    own.refresh_from_db()
    assert own.active


def test_single_use_and_lifetime_are_the_connections_own(
    admin: Client, acme_row: Connection, redeem: Redeem
) -> None:
    now = int(time.time())
    again, lasting = id_jag(jti="again"), {"iat": now - 10, "exp": now + 880}
    assert redeem(again).status_code == 200
    assert redeem(again).status_code == 400
    assert save(admin, acme_row, single_use=None, max_lifetime="900").status_code == 303
    reused = id_jag(jti="reused")
    assert [redeem(reused).status_code for _ in range(2)] == [200, 200]
    assert redeem(id_jag(**lasting)).status_code == 200
    save(admin, acme_row, max_lifetime="600")
    assert redeem(id_jag(**lasting)).status_code == 400


def test_the_algorithms_it_may_sign_with_are_its_own(admin: Client, acme_row: Connection, redeem: Redeem) -> None:
    save(admin, acme_row, algorithms=["PS256"])
    assert redeem(id_jag()).status_code == 400
    save(admin, acme_row, algorithms=["ES256", "RS256"])
    assert redeem(id_jag()).status_code == 200


def test_every_change_is_told_with_before_and_after_and_can_be_undone(
    admin: Client, acme_row: Connection, tove: User
) -> None:
    save(admin, acme_row, max_lifetime="300", jit_accounts="on", domains="acme.example\nacme.test")
    change = Change.objects.get()
    assert (change.by, change.by_name, change.version) == (tove, "Tove Tamm", 1)
    assert (change.before["max_lifetime"], change.after["max_lifetime"]) == (600, 300)
    text = text_of(page_of(admin, acme_row))
    for told in (
        "Longest ID-JAG, in seconds: 600 → 300",
        "Accounts for newcomers: off → on",
        "acme.example → acme.example, acme.test",
    ):
        assert told in text
    assert "600 → 300" in text_of(admin.get("/admin/"))
    submit(admin, page_of(admin, acme_row), f"/admin/connections/{acme_row.pk}/undo/{change.pk}")
    acme_row.refresh_from_db()
    assert (acme_row.max_lifetime, acme_row.jit_accounts) == (600, False)
    assert list(EmailDomain.objects.filter(connection=acme_row).values_list("domain", flat=True)) == [
        "acme.example"
    ]


def test_of_two_who_edit_one_version_the_second_is_told_and_loses_nothing(
    admin: Client, acme_row: Connection
) -> None:
    stale = page_of(admin, acme_row)
    save(admin, acme_row, max_lifetime="300")
    address = f"/admin/connections/{acme_row.pk}"
    answer = submit(admin, stale, address, max_lifetime="120", name="Acme AB")
    assert answer.status_code == 409
    assert "600 → 300" in text_of(answer)
    acme_row.refresh_from_db()
    assert (acme_row.max_lifetime, acme_row.name) == (300, "Acme")
    assert submit(admin, answer, address).status_code == 303, "what was typed stands there, ready to be saved"
    acme_row.refresh_from_db()
    assert (acme_row.max_lifetime, acme_row.name) == (120, "Acme AB")


def test_an_undo_over_a_newer_change_is_refused(admin: Client, acme_row: Connection) -> None:
    save(admin, acme_row, max_lifetime="300")
    stale, change = page_of(admin, acme_row), Change.objects.get()
    save(admin, acme_row, max_lifetime="120")
    for version in ({}, {"version": ""}, {"version": "9" * 5000}):
        answer = submit(admin, stale, f"/admin/connections/{acme_row.pk}/undo/{change.pk}", **version)
        assert "Not restored" in text_of(admin.get(answer["Location"]))
    acme_row.refresh_from_db()
    assert acme_row.max_lifetime == 120


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"max_lifetime": "5"}, "greater than or equal to 30"),
        ({"algorithms": None}, "This field is required"),
        ({"domains": "not a domain"}, "Expected domains as acme.example"),
        ({"domains": "todo0.example"}, "leads to another connection"),
        ({"tenant": "personal"}, "found a kind of tenants"),
        ({"saml_key": ["nameid_format"]}, "Expected nameid"),
    ],
)
def test_a_mistake_is_explained_and_nothing_is_saved(
    admin: Client, acme_row: Connection, changed: dict[str, Any], said: str
) -> None:
    before = list(Connection.objects.values())
    answer = save(admin, acme_row, **changed)
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert list(Connection.objects.values()) == before
    assert not Change.objects.exists()


def test_an_issuer_has_one_connection(admin: Client, acme_row: Connection, settings: Any) -> None:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    answer = admin_adds(admin, issuer=acme_row.issuer)
    assert answer.status_code == 400
    assert "An issuer has one connection" in text_of(answer)
    made = admin_adds(admin)
    assert made.status_code == 303, made.content


def admin_adds(admin: Client, **changed: str) -> HttpResponse:
    typed = {
        "issuer": "https://initech.example",
        "name": "Initech",
        "slug": "initech",
        "client_id": "todo0-at-initech",
        "client_secret": "a-secret-of-initech",
        "domains": "initech.example",
    }
    token = admin.cookies["todo0_csrf"].value if "todo0_csrf" in admin.cookies else ""
    if not token:
        admin.cookies["todo0_csrf"] = token = "t" * 32
    return admin.post("/admin/connections/add", {"csrfmiddlewaretoken": token} | typed | changed)


def test_a_new_connection_is_off_and_its_secret_is_seen_no_more(admin: Client) -> None:
    page = admin.get(admin_adds(admin)["Location"])
    made = Connection.objects.get(slug="initech")
    assert (made.active, made.xaa_enabled, made.client_secret) == (False, False, "a-secret-of-initech")
    assert "a-secret-of-initech" not in page.content.decode()
    refused = admin_adds(admin, slug="NOT A SLUG")
    assert "a-secret-of-initech" not in refused.content.decode()
    assert "a-secret-of-initech" not in str(list(Change.objects.values()))


@pytest.mark.parametrize(
    "issuer", ["javascript:alert(1)", "https://a.example/?x=1", "ftp://a.example", "https://"]
)
def test_an_issuer_is_an_address_and_nothing_more(admin: Client, issuer: str) -> None:
    assert admin_adds(admin, issuer=issuer).status_code == 400
    assert not Connection.objects.filter(slug="initech").exists()


def test_the_pages_ask_a_bounded_number_of_times(admin: Client, acme_row: Connection) -> None:
    for number in range(12):
        fresh = {"slug": f"c{number}", "name": f"C{number}", "issuer": f"https://c{number}.example"}
        Connection.objects.create(client_id="x", client_secret_sealed="x", **fresh)
    for lifetime in range(300, 312):
        save(admin, acme_row, max_lifetime=str(lifetime))
    counts = {}
    for path in ("/admin/", "/admin/connections", f"/admin/connections/{acme_row.pk}"):
        with CaptureQueriesContext(database) as statements:
            assert admin.get(path).status_code == 200
        counts[path] = len(statements)
    # The page of one has the presets, too: the server's rules, the newest of the log, and what came twice.
    bounds = (8, 8, 10)
    assert all(count <= bound for count, bound in zip(counts.values(), bounds, strict=True)), counts


def test_the_command_line_leaves_the_same_trace(seeded: None, acme_row: Connection, capsys: Any) -> None:
    call_command("connection", "acme", "--jit-accounts", "on")
    change = Change.objects.get()
    assert (change.by_name, change.before["jit_accounts"], change.after["jit_accounts"]) == (
        "The command line",
        False,
        True,
    )
    acme_row.refresh_from_db()
    assert acme_row.jit_accounts
    assert TODO0_INC not in capsys.readouterr().out


@pytest.mark.parametrize("active", [True, False], ids=["on", "off"])
def test_a_trial_is_started_by_an_administrator_alone(
    admin: Client, alice: User, acme_row: Connection, active: bool
) -> None:
    Connection.objects.filter(pk=acme_row.pk).update(active=active)
    hers = Client()
    hers.force_login(alice)
    for browser in (Client(), hers):
        assert browser.get("/signin/start?connection=trial:acme").status_code == 404
        assert browser.post("/signin/start", {"connection": "trial:acme"}).status_code == 404
    # Hers goes on to ask the IdP, which nobody plays here; tests/browser goes all the way.
    assert admin.get("/signin/start?connection=trial:acme").status_code == 503
