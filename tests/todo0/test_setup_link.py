"""The link of an invitation and the one browser that it opens a setup in; and what that browser cannot reach."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection as database
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tests.todo0.console_side import submit, text_of
from tests.todo0.setup_side import (
    INITECH,
    INVITED,
    SECRET,
    FarSide,
    activate,
    ask_for_proof,
    begin,
    enter_idp,
    enter_registration,
    invite,
    link_on,
    newest,
)
from todo0.console.models import Change
from todo0.federation.models import Connection
from todo0.self_service import conf
from todo0.self_service.gate import COOKIE
from todo0.self_service.invitations import LinkRefused, find_drafts
from todo0.self_service.invitations import begin as begin_setup
from todo0.self_service.models import Invitation

WRITTEN = {
    "self_service.Invitation",
    "self_service.ClaimedDomain",
    "console.Change",
    "xaa_throttle.Bucket",
    "xaa_throttle.FailedAttempts",
    "sessions.Session",
}
"""What a setup writes before its last step."""


def press(link: str, browser: Client | None = None) -> HttpResponse:
    """The button of the page that the link shows, if it still has one."""
    browser = browser or Client(enforce_csrf_checks=True)
    browser.get("/")
    secret = link.rpartition("/")[2]
    return browser.post("/setup/begin", {"link": secret, "csrfmiddlewaretoken": token_of(browser)})


def token_of(browser: Client) -> str:
    return browser.cookies["todo0_csrf"].value


def test_the_link_is_shown_once_and_stored_as_a_hash(admin: Client) -> None:
    link = invite(admin)
    secret = link.rpartition("/")[2]
    assert len(secret) == 43
    assert secret not in str(list(Invitation.objects.values())) + str(list(Change.objects.values()))
    assert secret not in admin.get("/admin/invitations").content.decode()
    assert timedelta(days=6, hours=23) < newest().expires_at - timezone.now() <= timedelta(days=7)


def test_opening_it_uses_nothing_up(admin: Client) -> None:
    link = invite(admin)
    for visitor in (Client(), Client()):
        assert "Begin in this browser" in text_of(visitor.get(link))
        assert visitor.head(link).status_code == 200
    assert newest().begun_at is None
    assert begin(link).get("/setup/idp").status_code == 200


def test_it_works_once(admin: Client) -> None:
    link = invite(admin)
    first = begin(link)
    for answer in (Client().get(link), press(link)):
        assert answer.status_code == 410
        assert "This link has been used" in text_of(answer)
        assert COOKIE not in answer.cookies
    assert first.get("/setup/idp").status_code == 200
    assert first.get(link)["Location"] == "/setup/", "the browser that used it is taken to where it was"


def test_a_form_of_another_site_begins_nothing(admin: Client) -> None:
    link = invite(admin)
    answer = Client(enforce_csrf_checks=True).post("/setup/begin", {"link": link.rpartition("/")[2]})
    assert answer.status_code == 403
    assert newest().begun_at is None


def test_another_browser_cannot_take_the_setup_over(setup: Client) -> None:
    for cookie in (None, "", "guess", "0" * 43, "\x00", "ü"):
        browser = Client()
        if cookie is not None:
            browser.cookies[COOKIE] = cookie
        for path in ("", "idp", "registration", "domain", "sign-in", "sign-in/try", "activation", "done"):
            answer = browser.get(f"/setup/{path}")
            assert answer.status_code in (403, 429)
            assert "Initech" not in answer.content.decode()
    assert setup.get("/setup/idp").status_code == 200


def test_the_cookie_is_out_of_reach_for_scripts_and_no_session(admin: Client, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    answer = press(invite(admin))
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)
    assert cookie.value not in str(list(Invitation.objects.values()))


def test_signing_in_and_out_meanwhile_ends_no_setup(setup: Client, alice: User) -> None:
    setup.force_login(alice)
    assert setup.get("/setup/idp").status_code == 200
    assert setup.get("/todos").status_code == 200, "and she is signed in, which is another matter"
    signed_out = setup.post("/signin/logout", {"csrfmiddlewaretoken": token_of(setup)})
    assert signed_out.status_code in (200, 302)
    assert setup.get("/todos").status_code == 302
    assert setup.get("/setup/idp").status_code == 200


@pytest.mark.parametrize("ended", ["expired", "withdrawn", "renewed"])
def test_what_is_over_says_so_and_who_can_mend_it(admin: Client, setup: Client, ended: str) -> None:
    enter_idp(setup)
    enter_registration(setup)
    stale = setup.get("/setup/registration")
    invitation = newest()
    if ended == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    else:
        action = {"withdrawn": "revoke", "renewed": "link"}[ended]
        page = admin.get("/admin/invitations")
        answer = submit(admin, page, f"/admin/invitations/{invitation.pk}/{action}")
    for page in (setup.get("/setup/idp"), submit(setup, stale, "/setup/registration", client_id="late")):
        assert page.status_code == (403 if ended == "renewed" else 410)
        assert "Whoever at Todo0 sent you the link" in text_of(page)
    assert setup.get(f"/signin/start?connection=trial:setup:{invitation.pk}").status_code == 404
    invitation.refresh_from_db()
    assert invitation.client_id != "late"
    assert invitation.client_secret_sealed == "", "the secret is gone"
    if ended == "renewed":
        assert begin(link_on(answer)).get("/setup/")["Location"] == "/setup/idp", "from nothing"
        assert newest().issuer == ""


@pytest.mark.parametrize("ended", ["expired", "withdrawn"])
def test_a_link_that_is_over_begins_nothing(admin: Client, ended: str) -> None:
    link = invite(admin)
    if ended == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    else:
        submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{newest().pk}/revoke")
    for answer in (Client().get(link), press(link)):
        assert answer.status_code == 410
    assert newest().begun_at is None
    renewed = submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{newest().pk}/link")
    assert begin(link_on(renewed)).get("/setup/idp").status_code == 200


def test_after_the_last_step_it_is_used_up(admin: Client, ready: Client) -> None:
    activate(ready)
    assert ready.get("/setup/idp")["Location"] == "/setup/done"
    assert activate_again(ready)["Location"] == "/setup/done"
    assert Connection.objects.filter(slug="initech").count() == 1
    for action in ("link", "revoke"):
        address = f"/admin/invitations/{newest().pk}/{action}"
        assert address not in admin.get("/admin/invitations").content.decode()
        answer = admin.post(address, {"csrfmiddlewaretoken": token_of(admin)})
        assert "used up" in text_of(admin.get(answer["Location"]))
    assert newest().revoked_at is None


def activate_again(browser: Client) -> HttpResponse:
    return browser.post("/setup/activation", {"csrfmiddlewaretoken": token_of(browser)})


def test_guesses_are_counted_and_the_right_link_still_works(admin: Client) -> None:
    link, guesser = invite(admin), Client()
    statuses = [guesser.get(f"/setup/link/{number:043}").status_code for number in range(conf.WRONG_LINKS + 2)]
    assert statuses == [404] * conf.WRONG_LINKS + [429] * 2
    assert guesser.get("/setup/link/x").headers["Retry-After"]
    assert begin(link).get("/setup/idp").status_code == 200


def test_no_log_has_the_link_or_a_secret(
    admin: Client, far_side: FarSide, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    link = invite(admin)
    secret = link.rpartition("/")[2]
    for method in ("post", "put", "delete"):
        assert getattr(Client(enforce_csrf_checks=True), method)(link).status_code == 200
    browser = begin(link)
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    ask_for_proof(browser)
    far_side.sign_in(browser)
    activate(browser)
    assert secret not in caplog.text
    assert SECRET not in caplog.text
    assert browser.cookies[COOKIE].value not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_at_once_one_wins(admin: Client) -> None:
    secret = invite(admin).rpartition("/")[2]
    at_once, won, lost = threading.Barrier(4), [], []

    def race() -> None:
        at_once.wait()
        try:
            won.append(begin_setup(secret)[1])
        except LinkRefused as refused:
            lost.append(refused.state)
        finally:
            connections.close_all()

    racers = [threading.Thread(target=race) for _ in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(won) == 1
    assert lost == [Invitation.State.UNDER_WAY] * 3
    assert Change.objects.filter(kind="invitation", by_name="Whoever has the link").count() == 1


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route


def addresses() -> list[str]:
    """Every address of Todo0 but a setup's own, with Acme's rows where it names some."""
    acme = Connection.objects.get(slug="acme").pk
    found = [route for route in routes(get_resolver().url_patterns) if not route.startswith("setup/")]
    assert len(found) > 50
    return [f"/{re.sub(r'<[^>]*:?(pk|change|todo_id|application_id)>', str(acme), one)}" for one in found]


def state(*, without: set[str]) -> dict[str, list[Any]]:
    models = [model for model in apps.get_models() if model._meta.managed and model._meta.label not in without]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def test_a_setup_opens_nothing_but_itself(ready: Client) -> None:
    """Each page answers to its browser what it answers to nobody."""
    for address in addresses():
        stranger, hers = Client().get(address), ready.get(address)
        assert hers.status_code == stranger.status_code, address
        assert hers.headers.get("Location") == stranger.headers.get("Location"), address
        if hers.status_code == 200 and "text/html" in hers.headers["Content-Type"]:
            assert text_of(hers) == text_of(stranger), address


def test_a_setup_changes_nothing_but_itself(admin: Client, far_side: FarSide) -> None:
    link, before = invite(admin), state(without=WRITTEN)
    browser = begin(link)
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    ask_for_proof(browser)
    far_side.sign_in(browser)
    assert state(without=WRITTEN) == before
    activate(browser)
    made = Connection.objects.get(slug="initech")
    after = state(without=WRITTEN)
    for label, rows in before.items():
        assert [row for row in after[label] if row not in rows] == [] or label in {
            "federation.Connection",
            "federation.EmailDomain",
            "federation.Organization",
        }
        assert all(row in after[label] for row in rows), f"{label}: what was there is there"
    assert len(after["federation.Connection"]) == len(before["federation.Connection"]) + 1
    assert {
        row["connection_id"] for row in after["federation.EmailDomain"] if row["domain"] == "initech.example"
    } == {made.pk}


def test_two_setups_do_not_see_each_other(admin: Client, ready: Client, far_side: FarSide) -> None:
    other = begin(invite(admin, name="Initrode", slug="initrode", domains="initrode.example"))
    first, second = Invitation.objects.order_by("-pk")[1], newest()
    enter_idp(other)
    for page in (other.get("/setup/idp"), other.get("/setup/registration")):
        assert "Initech" not in page.content.decode().replace(INITECH, "")
    assert other.get(f"/signin/start?connection=trial:setup:{first.pk}").status_code == 404
    assert ready.get(f"/signin/start?connection=trial:setup:{second.pk}").status_code == 404
    assert ready.get(f"/signin/start?connection=trial:setup:{first.pk}").status_code == 302, "the good twin"


@pytest.mark.parametrize("slug", ["trial:acme", "trial:setup:", "trial:setup:x", "trial:setup:" + "9" * 5000])
def test_a_setup_tries_no_other_connection(ready: Client, slug: str) -> None:
    assert ready.get("/signin/start", {"connection": slug}).status_code == 404
    assert Client().get("/signin/start", {"connection": slug}).status_code == 404


def test_a_setups_name_signs_nobody_in(ready: Client) -> None:
    """Without the word for a trial it is no connection; the slug of one has no colon."""
    for slug in (f"setup:{newest().pk}", str(newest().pk), "initech"):
        assert ready.get("/signin/start", {"connection": slug}).status_code == 404
    assert ready.get("/signin/start", {"email": "peter@initech.example"}).status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"domains": ""}, "This field is required"),
        ({"domains": "not a domain"}, "Expected domains as acme.example"),
        ({"domains": "acme.example"}, "leads to another connection already"),
        ({"slug": "acme"}, "A connection has this short name"),
        ({"slug": ""}, "A new connection needs one"),
        ({"name": ""}, "A new connection needs one"),
        ({"lifetime": "365"}, "Select a valid choice"),
        ({"preset": "generous"}, "Select a valid choice"),
        ({"connection": "1"}, "Select a valid choice"),
    ],
)
def test_a_mistake_in_an_invitation_is_explained(admin: Client, changed: dict[str, str], said: str) -> None:
    page = submit(admin, admin.get("/admin/invitations"), "/admin/invitations/add", **(INVITED | changed))
    assert page.status_code == 400
    assert said in text_of(page)
    assert not Invitation.objects.exists()


def test_two_open_invitations_have_two_short_names(admin: Client) -> None:
    invite(admin)
    page = submit(admin, admin.get("/admin/invitations"), "/admin/invitations/add", **INVITED)
    assert page.status_code == 400
    assert "Another invitation has this short name" in text_of(page)
    submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{newest().pk}/revoke")
    invite(admin)


def test_a_trial_that_ends_after_the_setup_counts_for_nothing(
    admin: Client, ready: Client, far_side: FarSide
) -> None:
    sent_to = ready.get(ready.get("/setup/sign-in/try")["Location"])["Location"]
    submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{newest().pk}/revoke")
    page = far_side.come_back(ready, sent_to)
    assert page.status_code in (303, 404)
    assert not newest().is_tried
    assert "withdrawn" in text_of(ready.get("/setup/"))


def test_a_connection_in_use_is_no_draft(seeded: None) -> None:
    acme = Connection.objects.get(slug="acme")
    Connection.objects.filter(pk=acme.pk).update(active=False)
    assert acme not in find_drafts(), "somebody came by it"
    made = Connection.objects.create(slug="d", name="D", issuer="https://d.example", client_id="x", active=False)
    assert list(find_drafts()) == [made]


def test_the_list_asks_a_bounded_number_of_times(admin: Client) -> None:
    for number in range(8):
        invite(admin, name=f"I{number}", slug=f"i{number}", domains=f"i{number}.example")
    with CaptureQueriesContext(database) as statements:
        assert admin.get("/admin/invitations").status_code == 200
    listing = [one for one in statements if "self_service" in one["sql"]]
    assert len(listing) == 3, "one looks for what has run out"
    assert len(statements) <= 9
