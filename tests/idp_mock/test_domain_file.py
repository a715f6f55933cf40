"""The web server of an enterprise's domain, as its admin fills it and as an app asks it."""

import pytest
from django.test import Client

from idp_mock.directory.models import Enterprise
from stage.kit import people
from tests.idp_mock.admin_side import signed_in, submit, text_of

pytestmark = pytest.mark.django_db
FILE = "/globex/.well-known/todo0-domain-verification"
LINE = "todo0-domain-verification=0123456789abcdef"


@pytest.fixture
def admin(globex: Enterprise) -> Client:
    return signed_in(people.GLOBEX_ALICE)


def put(admin: Client, text: str) -> object:
    return submit(admin, admin.get("/globex/admin/domain"), "/globex/admin/domain", text=text)


def test_what_the_admin_puts_there_is_served_as_plain_text(admin: Client) -> None:
    assert Client().get(FILE).status_code == 404
    assert put(admin, f"another=1\r\n{LINE}").status_code == 303
    answer = Client().get(FILE)
    assert answer["Content-Type"] == "text/plain"
    assert LINE in answer.content.decode().splitlines()
    assert put(admin, "").status_code == 303
    assert Client().get(FILE).status_code == 404


def test_it_is_this_enterprises_alone(admin: Client, acme: Enterprise) -> None:
    put(admin, LINE)
    assert Client().get(FILE.replace("globex", "acme")).status_code == 404
    assert Client().get(FILE.replace("globex", "nobody")).status_code == 404
    assert "globex" not in text_of(signed_in(people.CAROL).get("/acme/admin/domain"))


@pytest.mark.parametrize("text", ["x" * 2001, "ü", "a\x00b", "<b>\x1b"])
def test_what_no_such_file_has_is_refused_and_kept_in_the_form(admin: Client, text: str) -> None:
    answer = put(admin, text)
    assert answer.status_code == 400
    assert Client().get(FILE).status_code == 404
    assert put(admin, LINE).status_code == 303


def test_whoever_saves_second_is_told_and_loses_nothing(admin: Client) -> None:
    late = admin.get("/globex/admin/domain")
    put(admin, LINE)
    answer = submit(admin, late, "/globex/admin/domain", text="another=1")
    assert answer.status_code == 409
    assert "Not saved: somebody changed this file" in text_of(answer)
    assert f"The file: none → {LINE}" in text_of(answer)
    assert "another=1" in text_of(answer), "what she typed"
    assert LINE in Client().get(FILE).content.decode()
    assert submit(admin, answer, "/globex/admin/domain", text="another=1").status_code == 303


def test_a_change_is_told_and_taken_back(admin: Client, globex: Enterprise) -> None:
    put(admin, LINE)
    put(admin, "another=1")
    page, second = admin.get("/globex/admin/domain"), globex.domain_file_changes.get(version=3)
    assert f"The file: {LINE} → another=1" in text_of(page)
    restore = f"/globex/admin/domain/restore/{second.pk}"
    assert submit(admin, page, restore).status_code == 303
    assert Client().get(FILE).content.decode() == f"{LINE}\n"
    submit(admin, page, restore)
    assert "Not restored: somebody changed the file since" in text_of(admin.get("/globex/admin/domain"))
    assert put(admin, LINE).status_code == 303
    assert globex.domain_file_changes.count() == 3, "what is saved without a change is none"
