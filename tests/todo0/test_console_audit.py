"""Every POST of the console that changes something is in the history, with what was before and after it, and who.

The addresses come from the URL map: one that takes a POST and is not told of here fails. What a page promises to
bring back is brought back; what can only be told of has no button that says otherwise.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import responses
from django.apps import apps
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.client_documents import URL, build_document
from tests.todo0.console_side import read_forms, submit, text_of
from tests.todo0.test_console_at_once import client, connection, organization
from todo0.console.kinds import KINDS
from todo0.console.models import Change
from todo0.console.urls import urlpatterns
from todo0.federation.models import Connection
from todo0.resources.models import Api
from todo0.self_service.models import Invitation
from xaa.jwt_bearer.client_documents import load_client_directory

Act = Callable[[Client], HttpResponse]
MCP: Final = "http://localhost:8004/mcp"
INVITED: Final = {"name": "Initech", "slug": "initech", "domains": "initech.example", "lifetime": "7"}
NEW: Final = {
    "connection": {"issuer": "https://initech.example", "name": "Initech", "slug": "initech", "client_id": "t"},
    "client": {"name": "Report0", "client_id": "report0-at-todo0", "scopes": ["todos.read"]},
    "document": {"url": URL, "name": "An agent", "scopes": ["todos.read"]},
    "api": {"identifier": "https://notes.example/api", "name": "Notes", "scopes": "notes.read See your notes"},
}


def connection_page() -> str:
    return f"/admin/connections/{connection().pk}"


def organization_page() -> str:
    return f"{connection_page()}/organizations/{organization().pk}"


def client_page() -> str:
    return f"/admin/clients/{client().pk}"


def api_page() -> str:
    return f"/admin/apis/{Api.objects.get(identifier=MCP).pk}"


def fill(page: Callable[[], str], action: str = "", **changed: Any) -> Act:
    """The form of ``page`` that is sent to it, or to ``action`` below it."""
    return lambda admin: submit(admin, admin.get(page()), f"{page()}{action}", **changed)


def post(address: str, **fields: Any) -> Act:
    """Past the page, which shows this form only after a look at somebody's server."""
    return lambda admin: admin.post(address, {"csrfmiddlewaretoken": token_of(admin)} | fields)


def token_of(admin: Client) -> str:
    admin.get("/admin/server")
    return admin.cookies["todo0_csrf"].value


def undo(page: Callable[[], str]) -> Act:
    def press(admin: Client) -> HttpResponse:
        return submit(admin, admin.get(page()), f"{page()}/undo/{Change.objects.latest('pk').pk}")

    return press


def staffs_organizations() -> str:
    return f"/admin/connections/{Connection.objects.get(slug='todo0-inc').pk}/organizations"


def invitation(below: str) -> Act:
    return lambda admin: submit(
        admin, admin.get("/admin/invitations"), f"/admin/invitations/{Invitation.objects.get().pk}{below}"
    )


def server() -> str:
    return "/admin/server"


SAVE: Final[dict[str, Act]] = {
    "admin-connection": fill(connection_page, max_lifetime="120", domains="acme.example\nacme.test", apis=[MCP]),
    "admin-organization": fill(organization_page, name="Acme One", joins_on_sign_in=None),
    "admin-client": fill(client_page, name="Agent One", allowed_scopes=["todos.read"], requires_organization="on"),
    "admin-api": fill(api_page, name="MCP", token_lifetime="60", scopes="todos.read See"),
    "admin-server": fill(server, default_audience=MCP, id_jag_limit="off", client_share="50"),
}
SWITCH: Final[dict[str, Act]] = {
    "admin-connection-active": fill(connection_page, "/sign-in"),
    "admin-connection-xaa": fill(connection_page, "/xaa"),
    "admin-client-xaa": fill(client_page, "/xaa"),
    "admin-api-use": fill(api_page, "/use"),
}
UNDO: Final[dict[str, tuple[Act, Act]]] = {
    f"{name}-undo": (SAVE[name], undo(page))
    for name, page in (
        ("admin-connection", connection_page),
        ("admin-organization", organization_page),
        ("admin-client", client_page),
        ("admin-api", api_page),
        ("admin-server", server),
    )
}
TOLD: Final[dict[str, tuple[Act | None, Act]]] = {
    "admin-connection-add": (None, post("/admin/connections/add", **NEW["connection"], client_secret="s" * 40)),
    "admin-connection-secret": (None, fill(connection_page, "/secret", client_secret="t" * 40)),
    "admin-organizations": (None, fill(staffs_organizations, name="Todo0 Inc.")),
    "admin-member-add": (
        lambda admin: submit(admin, admin.get(organization_page()), f"{organization_page()}/leave"),
        lambda admin: submit(
            admin, admin.get(organization_page()), f"{organization_page()}/join", user=str(somebody_else())
        ),
    ),
    "admin-member-remove": (None, fill(organization_page, "/leave")),
    "admin-invite": (None, fill(lambda: "/admin/invitations", "/add", **INVITED)),
    "admin-invitation-link": (fill(lambda: "/admin/invitations", "/add", **INVITED), invitation("/link")),
    "admin-invitation-revoke": (fill(lambda: "/admin/invitations", "/add", **INVITED), invitation("/revoke")),
    "admin-client-add": (None, fill(lambda: "/admin/clients", "/add", **NEW["client"])),
    "admin-client-allow": (None, fill(lambda: "/admin/clients", "/allow", **NEW["document"])),
    "admin-client-secret": (None, fill(client_page, "/secret", overlap="3600")),
    "admin-client-secret-end": (fill(client_page, "/secret", overlap="3600"), fill(client_page, "/secret/end")),
    "admin-api-add": (None, fill(lambda: "/admin/apis", "/add", **NEW["api"])),
}
LEAVES_ALL_AS_IT_IS: Final = {"admin-bench": "it rehearses a redemption, and rolls back what that wrote"}
ACTS: Final[dict[str, tuple[Act | None, Act]]] = {
    **{name: (None, act) for name, act in (SAVE | SWITCH).items()},
    **UNDO,
    **TOLD,
}
UNTOLD: Final = {"console.Change", "sessions.Session", "xaa_throttle.Bucket"}


def somebody_else() -> int:
    """Of Acme's people the first that is no member."""
    return int(
        User.objects.filter(federated_identities__issuer=connection().issuer)
        .exclude(memberships__organization=organization())
        .order_by("pk")[0]
        .pk
    )


@pytest.fixture(autouse=True)
def _document(acme: responses.RequestsMock, seeded: None) -> Iterator[None]:
    load_client_directory.cache_clear()
    acme.get(URL, json=build_document())
    yield
    load_client_directory.cache_clear()


def describe_everything() -> dict[tuple[str, int], dict[str, Any]]:
    """In the words in which a change is told."""
    return {
        (kind.name, row.pk): kind.describe(row)
        for kind in KINDS.values()
        for row in kind.model._default_manager.all()
    }


def rows() -> dict[str, list[Any]]:
    models = [model for model in apps.get_models() if model._meta.label not in UNTOLD]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def test_the_map_has_no_post_that_is_not_told_of_here(admin: Client) -> None:
    takes_posts = {
        pattern.name
        for pattern in urlpatterns
        if admin.post(
            reverse(pattern.name, kwargs=dict.fromkeys(pattern.pattern.converters, 987_654)),
            {"csrfmiddlewaretoken": token_of(admin)},
        ).status_code
        != 405
    }
    assert takes_posts == ACTS.keys() | LEAVES_ALL_AS_IT_IS.keys()


@pytest.mark.parametrize("name", ACTS)
def test_it_is_in_the_history_with_before_and_after_and_who(admin: Client, tove: User, name: str) -> None:
    prepare, act = ACTS[name]
    if prepare:
        assert prepare(admin).status_code in (200, 303)
    before, rows_before, last = describe_everything(), rows(), Change.objects.count()
    answer = act(admin)
    assert answer.status_code in (200, 303), text_of(answer)
    after = describe_everything()
    differs = {key for key in after if before.get(key, {}) != after[key]}
    assert rows() != rows_before
    assert differs, "it changed something, and something that is told"
    assert before.keys() <= after.keys(), "nothing of it is ever deleted"
    told = Change.objects.order_by("pk")[last:]
    assert {(one.kind, one.object_pk) for one in told} == differs
    assert len(told) == len(differs)
    for one in told:
        key = (one.kind, one.object_pk)
        assert (one.by, one.before, one.after) == (tove, before.get(key, {}), after[key])


@pytest.mark.parametrize("name", [*SAVE, *SWITCH, *UNDO])
def test_what_a_page_promises_to_bring_back_comes_back_and_is_told_too(admin: Client, name: str) -> None:
    prepare, act = ACTS[name]
    if prepare:
        prepare(admin)
    before, rows_before = describe_everything(), rows()
    act(admin)
    change = Change.objects.latest("pk")
    page = {
        "connection": connection_page,
        "organization": organization_page,
        "client": client_page,
        "api": api_page,
    }.get(change.kind, server)
    restored = admin.get(undo(page)(admin)["Location"])
    assert "Restored: " in text_of(restored)
    assert describe_everything() == before
    again = Change.objects.latest("pk")
    assert (again.before, again.after) == (change.after, change.before)
    kept = KINDS[change.kind].model._meta.label
    assert rows()[kept] == rows_before[kept], "to the letter"


@pytest.mark.parametrize("name", TOLD)
def test_what_can_only_be_told_of_has_no_button_that_brings_it_back(admin: Client, name: str) -> None:
    prepare, act = TOLD[name]
    if prepare:
        prepare(admin)
    act(admin)
    change = Change.objects.latest("pk")
    pages = {
        "connection": lambda: f"/admin/connections/{change.object_pk}",
        "client": lambda: f"/admin/clients/{change.object_pk}",
        "api": lambda: f"/admin/apis/{change.object_pk}",
        "invitation": lambda: f"/admin/invitations/{change.object_pk}",
        "organization": organization_page if name.startswith("admin-member") else staffs_organizations,
    }
    page = admin.get(pages[change.kind]())
    assert not [action for action in read_forms(page).forms if "/undo/" in action]
    assert change.by_name in page.content.decode(), "though it is told there"


def test_what_changes_nothing_is_not_told(admin: Client, seeded: None) -> None:
    """A form saved as it stands, a switch that is already where it should be, and a look at the bench."""
    before = rows()
    for page in (connection_page, organization_page, client_page, api_page, server):
        assert submit(admin, admin.get(page()), page()).status_code == 303
    for below in ("/sign-in", "/xaa"):
        assert (
            submit(admin, admin.get(connection_page()), f"{connection_page()}{below}", to="on").status_code == 303
        )
    looked = submit(admin, admin.get("/admin/assertions/bench"), "/admin/assertions/bench", assertion="no.id.jag")
    assert looked.status_code == 200
    assert rows() == before
    assert not Change.objects.exists()
