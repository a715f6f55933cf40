"""What a page of the console does with a save or an undo that cannot be: it says why, and changes nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from tests.todo0.console_side import submit, text_of
from tests.todo0.test_console_at_once import api, client, connection, organization
from todo0.console.changes import Terms
from todo0.console.models import Change
from todo0.console.saving import save_form
from todo0.federation.models import Connection, Membership
from todo0.federation.terms import CONNECTION

PAGES: dict[str, tuple[Callable[[], str], dict[str, str]]] = {
    "connection": (lambda: f"/admin/connections/{connection().pk}", {"max_lifetime": "120"}),
    "client": (lambda: f"/admin/clients/{client().pk}", {"name": "Agent One"}),
    "organization": (
        lambda: f"/admin/connections/{connection().pk}/organizations/{organization().pk}",
        {"name": "Acme One"},
    ),
    "api": (lambda: f"/admin/apis/{api().pk}", {"token_lifetime": "60"}),
    "server": (lambda: "/admin/server", {"id_jag_limit": "1/s burst 9"}),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("version", ["", "0", "-1", "one", "9" * 5000])
def test_an_undo_over_no_version_is_refused_at_every_page(
    admin: Client, seeded: None, name: str, version: str
) -> None:
    address, changed = PAGES[name][0](), PAGES[name][1]
    assert submit(admin, admin.get(address), address, **changed).status_code == 303
    page, undo = admin.get(address), f"{address}/undo/{Change.objects.get().pk}"
    refused = admin.get(submit(admin, page, undo, version=version)["Location"])
    assert "Not restored. Somebody changed it since." in text_of(refused)
    restored = admin.get(submit(admin, page, undo)["Location"])
    assert "Restored: its terms are as they were before version 1." in text_of(restored)


@pytest.mark.parametrize("user", ["", "x", "9" * 5000])
def test_nobody_leaves_an_organization_under_a_number_that_is_none(admin: Client, seeded: None, user: str) -> None:
    count, address = Membership.objects.count(), PAGES["organization"][0]()
    page = admin.get(address)
    assert submit(admin, page, f"{address}/leave", user=user).status_code == 404
    assert Membership.objects.count() == count
    assert submit(admin, page, f"{address}/leave").status_code == 303, "the good twin"


def test_no_way_of_switching_off_locks_the_administrators_out(admin: Client, seeded: None) -> None:
    """Not the switch (``test_console_connections``), nor an undo, nor the command line."""
    own = Connection.objects.get(slug="todo0-inc")
    Connection.objects.filter(pk=own.pk).update(active=False)
    address = f"/admin/connections/{own.pk}"
    submit(admin, admin.get(address), f"{address}/sign-in")
    page = admin.get(address)
    refused = admin.get(submit(admin, page, f"{address}/undo/{Change.objects.get().pk}")["Location"])
    assert "own administrators sign in by this connection" in text_of(refused)
    with pytest.raises(CommandError, match="nobody could turn it on"):
        call_command("connection", "todo0-inc", "--active", "off")
    own.refresh_from_db()
    assert own.active
    call_command("connection", "todo0-inc", "--jit-accounts", "on")  # the good twin
    call_command("connection", "acme", "--active", "off")


class Late(forms.Form):
    """A form that was right when it looked."""

    version = forms.IntegerField()
    domains = forms.CharField(required=False)

    def terms(self) -> Terms:
        return {"name": "Acme AB", "domains": ["todo0.example"]}


@pytest.mark.parametrize(("blamed", "where"), [("domains", "domains"), (None, "__all__")])
def test_what_cannot_be_any_more_is_said_at_its_field(tove: User, blamed: Any, where: str) -> None:
    request, form = RequestFactory().post("/"), Late({"version": "0"})
    request.user = tove
    assert save_form(request, CONNECTION, connection().pk, form, blamed=blamed) == {"status": 409}
    assert form.errors[where] == ["todo0.example leads to another connection by now."]
    assert connection().name == "Acme", "all of it or nothing"
    assert not Change.objects.exists()


def test_two_things_wrong_with_a_field_are_said_under_the_one_id_that_it_points_at(
    admin: Client, seeded: None
) -> None:
    address = PAGES["server"][0]()
    html = submit(admin, admin.get(address), address, id_jag_limit="\0" * 50).content.decode()
    for fields in (html, submit(admin, admin.get(address), address, id_jag_limit="nonsense").content.decode()):
        assert re.findall(r'id="(id_id_jag_limit\w*error)"', fields) == ["id_id_jag_limit_error"]
        assert re.search(r'<input [^>]*aria-describedby="[^"]*\bid_id_jag_limit_error"[^>]*>', fields)
    errors = html.partition('id="id_id_jag_limit_error"')[2].partition("</div>")[0]
    assert errors.count('class="field__error"') == 2
