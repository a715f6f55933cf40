"""A setup that nobody finished in time: its secret and its proofs leave the database, whoever comes next."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.todo0.console_side import submit, text_of
from tests.todo0.setup_side import SECRET, FarSide, activate, begin, invite, link_on, newest
from todo0.console.models import Change
from todo0.federation.models import Connection
from todo0.self_service.models import ClaimedDomain, Invitation


def run_out(number: int) -> Invitation:
    Invitation.objects.filter(pk=number).update(expires_at=timezone.now() - timedelta(seconds=1))
    return Invitation.objects.get(pk=number)


def holds_nothing(number: int) -> bool:
    row = Invitation.objects.get(pk=number)
    proved = ClaimedDomain.objects.filter(invitation=row, proved_at__isnull=False)
    return not (row.client_secret_sealed or row.tried_by or row.tried_with or proved.exists())


VISITS: dict[str, Callable[[Client, Client], Any]] = {
    "her own browser": lambda admin, hers: hers.get("/setup/"),
    "another customer's link": lambda admin, hers: Client().get("/setup/link/of-somebody-else"),
    "the list at the console": lambda admin, hers: admin.get("/admin/invitations"),
    "its page at the console": lambda admin, hers: admin.get(f"/admin/invitations/{newest().pk}"),
    "the daily command": lambda admin, hers: call_command("forget_redemptions"),
}


@pytest.mark.parametrize("visit", VISITS.values(), ids=VISITS)
def test_whoever_comes_next_finds_it_wiped(
    admin: Client, ready: Client, visit: Callable[[Client, Client], Any]
) -> None:
    pk = newest().pk
    visit(admin, ready)
    assert not holds_nothing(pk), "the good twin: in time nothing is taken away"
    assert newest().client_secret == SECRET
    run_out(pk)
    visit(admin, ready)
    assert holds_nothing(pk)


def test_its_history_says_so_and_has_no_secret(admin: Client, ready: Client) -> None:
    run_out(newest().pk)
    page = admin.get(f"/admin/invitations/{newest().pk}")
    told = Change.objects.filter(kind="invitation").first()
    assert told.by_name == "Time, which ran out"
    changed = {name for name in told.after if told.before[name] != told.after[name]}
    assert changed == {"client_secret", "proved", "tried_by"}
    assert "Time, which ran out version" in text_of(page)
    assert SECRET not in page.content.decode()


def test_it_is_wiped_once_and_told_once(admin: Client, ready: Client, capsys: pytest.CaptureFixture[str]) -> None:
    run_out(newest().pk)
    call_command("forget_redemptions")
    count = Change.objects.count()
    call_command("forget_redemptions")
    assert capsys.readouterr().out.splitlines()[1::2] == ["setups wiped: 1", "setups wiped: 0"]
    assert Change.objects.count() == count


def test_one_that_was_finished_keeps_what_it_came_to(ready: Client, capsys: pytest.CaptureFixture[str]) -> None:
    activate(ready)
    run_out(newest().pk)
    call_command("forget_redemptions")
    assert "setups wiped: 0" in capsys.readouterr().out
    assert newest().tried_by == "peter@initech.example"
    assert Connection.objects.get(slug="initech").client_secret == SECRET


def test_a_new_link_still_begins_it_from_nothing(admin: Client, ready: Client, far_side: FarSide) -> None:
    run_out(newest().pk)
    renewed = submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{newest().pk}/link")
    assert begin(link_on(renewed)).get("/setup/")["Location"] == "/setup/idp"
    assert newest().issuer == ""


def test_a_link_that_was_never_used_has_nothing_to_wipe(admin: Client) -> None:
    invite(admin)
    run_out(newest().pk)
    count = Change.objects.count()
    admin.get("/admin/invitations")
    assert Change.objects.count() == count
