"""Whatever an admin changes is in the system log, with what it was before: every address that takes a form.

The addresses come from the URL configuration. One that somebody adds fails here until it is pressed below, and one
that is said to change nothing has to write to no table.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import responses
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.views.generic import RedirectView

from idp_mock.console.urls import urlpatterns
from idp_mock.directory.models import Person
from idp_mock.systemlog.entries import CHANGES
from idp_mock.systemlog.models import Event
from stage.kit import people
from tests.idp_mock.admin_side import read_forms, text_of
from tests.idp_mock.app_side import csrf_token
from tests.idp_mock.exchange_world import World
from tests.walk.ledger import WRITES

pytestmark = pytest.mark.django_db
NOISE = {"django_session"}
"""Holds the word to the admin about what she did."""


def takes_a_form(pattern: URLPattern) -> bool:
    """As the page itself answers a method that it does not know, before it asks who is there."""
    if getattr(pattern.callback, "view_class", None) is RedirectView:
        return False  # leads on, whatever is sent
    answer = pattern.callback(RequestFactory().generic("BREW", "/"))
    return answer.status_code != 405 or "POST" in answer["Allow"]


FORMS = sorted(pattern.name for pattern in urlpatterns if takes_a_form(pattern))


@dataclass(frozen=True)
class Act:
    """A form on a page, how it is filled in, and what the log then says: what was before, and what is."""

    page: str
    form: str
    fields: dict[str, Any]
    said: str = ""
    undoes: str = ""
    """The act that comes before, for there to be something to take back."""


def acts(world: World) -> dict[str, Act]:
    connection, todo0 = world.connection, world.todo0.app_id
    bob, evil0 = world.person(people.BOB).pk, world.app("evil0-at-acme").pk
    policy, person = f"policy/{connection.pk}", f"people/{bob}"
    server, secret = f"apps/{todo0}/resource-server", f"apps/{world.agent0.pk}/secret"
    it = str(world.acme.groups.get(slug="it").pk)
    retiring = world.acme.signing_keys.filter(status="next", alg="ES256")[0].pk
    only = {"scope_condition": "only", "scopes": ["todos.read"]}
    return {
        "policy_stop": Act("policy", "policy/stop", {"to": "stopped"}, "All cross app access: allowed → stopped"),
        "policy_connection": Act(
            policy, policy, only, "Scope condition: any → only; Scopes chosen: none → todos.read"
        ),
        "policy_switch": Act("policy", f"{policy}/switch", {"to": "off"}, "Status: on → off"),
        "policy_reading": Act(
            "policy", f"{policy}/reading", {}, "Scope condition: any → only; Scopes chosen: none → todos.read"
        ),
        "policy_preview": Act(policy, policy, only),
        "policy_restore": Act(
            policy, f"{policy}/restore/", {}, "Scope condition: only → any", "policy_connection"
        ),
        "policy_connect": Act(
            "policy", f"policy/connect/{evil0}/{world.todo0.pk}", {}, "Connection: none → off, for nobody yet"
        ),
        "resource_server": Act(
            server, server, {"tenant:acme": "org_7"}, "Audience / Tenant ID: none → org_7 for acme"
        ),
        "resource_server_restore": Act(
            server, f"{server}/restore/", {}, "Audience / Tenant ID: org_7 for acme → none", "resource_server"
        ),
        "app_secret": Act(f"apps/{world.agent0.pk}/sign-on", secret, {"sure": "yes"}, "Client secret: "),
        "person": Act(person, person, {"groups": [it]}, "IT; Groups: Engineering, Everybody → IT"),
        "person_status": Act(person, f"{person}/status", {"to": "suspended"}, "Status: active → suspended"),
        "person_undo": Act(person, f"{person}/undo/", {}, "Groups: IT → Engineering, Everybody", "person"),
        "key_announce": Act("keys", "keys/announce", {"alg": "ES256"}, ": none → next"),
        "keys_rotate": Act("keys", "keys/rotate", {"how": "soft"}, ": active → retiring"),
        "key_retire": Act("keys", f"keys/{retiring}/retire", {}, ": next → retired"),
        "domain": Act("domain", "domain", {"text": "proof=1"}, "The file: none → proof=1"),
        "domain_restore": Act("domain", "domain/restore/", {}, "The file: proof=1 → none", "domain"),
    }


@pytest.fixture(autouse=True)
def _apps(settings: Any) -> Iterator[None]:
    """They hear of a suspension."""
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.post(re.compile("http://localhost:800[12]/signin/backchannel-logout"), status=200)
        yield


@pytest.fixture
def known(world: World) -> dict[str, Act]:
    return acts(world)


@pytest.fixture
def press(carol: Client, known: dict[str, Act]) -> Callable[[str], Callable[[], HttpResponse]]:
    """Open the page of an address, and give back the form's sending, which may be done more than once."""

    def prepare(name: str) -> Callable[[], HttpResponse]:
        act = known[name]
        if act.undoes:
            prepare(act.undoes)()
        page = carol.get(f"/acme/admin/{act.page}")
        forms = read_forms(page).forms
        form = f"/acme/admin/{act.form}"
        form = form if form in forms else next(found for found in forms if found.startswith(form))
        address = f"{form}/preview" if name == "policy_preview" else form
        fields = forms[form] | act.fields | {"csrfmiddlewaretoken": csrf_token(page)}
        return lambda: carol.post(address, fields)

    return prepare


def written_by(send: Callable[[], HttpResponse]) -> set[str]:
    with CaptureQueriesContext(database) as statements:
        assert send().status_code in (200, 303)
    found = {match[1] for one in statements if (match := WRITES.match(one["sql"]))}
    return found - NOISE


def count_changes() -> int:
    return Event.objects.filter(event_type__in=CHANGES).count()


def test_every_address_that_takes_a_form_is_pressed(known: dict[str, Act]) -> None:
    assert sorted(known) == FORMS


@pytest.mark.parametrize("name", FORMS)
def test_what_is_changed_is_in_the_log_with_what_it_was_before(
    press: Any, known: dict[str, Act], carol: Client, name: str
) -> None:
    send, newest = press(name), Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    written = written_by(send)
    events = Event.objects.filter(pk__gt=newest, event_type__in=CHANGES)
    if not known[name].said:
        assert written == set(), "it changes nothing at all"
        return
    assert "systemlog_event" in written
    assert len(written) > 1, "something was changed, which is what the entry is about"
    told = [event for event in events if known[name].said in event.reason]
    assert told, [event.reason for event in events]
    carols = people.CAROL.name
    assert all(carols in (event.person_name, event.by_name) for event in events)
    assert all(" → " in event.reason for event in events)
    assert told[0].reason in text_of(carol.get("/acme/admin/log")).replace("&#x27;", "'")


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_sent_again_over_what_was_looked_at_changes_nothing_more(press: Any, name: str) -> None:
    """As by a second click, or by a second admin with the same page before her."""
    send = press(name)
    send()
    before, rows = count_changes(), list(Person.objects.order_by("pk").values())
    assert send().status_code in (200, 303, 404, 409)
    assert (count_changes(), list(Person.objects.order_by("pk").values())) == (before, rows)
