"""What the stage can break at Acme: what the lab signs, and rows that are bent and put back."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from idp_mock import clock
from idp_mock.console.changes import By
from idp_mock.directory.models import Person
from idp_mock.faults import lab
from idp_mock.keys import keystore
from idp_mock.keys.models import SigningKeyRecord
from idp_mock.policy.change import describe, save_change, switch
from idp_mock.policy.models import Change, CrossAppConnection
from idp_mock.systemlog.models import EVENT_CONNECTION, EVENT_KEY_ROTATION, Event
from idp_mock.tokens.errors import OAuthError
from stage.kit import people
from stage.kit.changes import LAB
from stage.kit.models import Found
from stage.kit.registry.faults import load_faults
from tests.faults_side import Arm
from tests.idp_mock.exchange_world import TODO0_API, TODO0_ISSUER, World, last_event, sign_in
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
LAB_SIGNED = [fault.number for fault in load_faults().values() if fault.kind == "lab-signed"]
Claims = dict[str, Any]


def sign(world: World) -> tuple[Claims, Claims]:
    """Header and claims of an ID-JAG, whose signature is good."""
    token = str(world.exchange()["access_token"])
    verified = jose.verify(token, keys=keystore.load_published_keys(world.acme), algorithms=("ES256",))
    return dict(verified.header), dict(verified.claims)


def differences(before: Claims, after: Claims) -> set[str]:
    mine = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return mine - {"kid"}


def seconds(claims: Claims) -> int:
    return int(claims["exp"] - claims["iat"])


# What the lab signs


def test_the_lab_can_sign_each_of_the_lab_signed_faults() -> None:
    assert list(lab.BENDS) == LAB_SIGNED


@pytest.mark.parametrize(
    ("number", "bent"),
    [
        ("F01", {"exp", "iat"}),
        ("F02", {"aud"}),
        ("F03", {"aud"}),
        ("F04", {"aud"}),
        ("F05", {"client_id"}),
        ("F07", {"typ"}),
        ("F14", {"jti"}),
        ("F16", {"exp"}),
    ],
)
def test_it_bends_one_thing_and_signs_the_rest_as_it_is(
    world: World, arm: Arm, number: str, bent: set[str]
) -> None:
    (header, claims), _ = sign(world), arm(number)
    other_header, other_claims = sign(world)
    found = differences(header, other_header) | differences(claims, other_claims)
    assert found - {"jti"} == bent - {"jti"}
    assert ("jti" in other_claims) is (number != "F14")
    arm()
    header, claims = sign(world)
    assert header["typ"] == protocol.TYP_ID_JAG
    assert (claims["aud"], seconds(claims), claims["client_id"]) == (TODO0_ISSUER, 300, "agent0-at-todo0")


def test_what_is_bent_is_what_the_registry_says(world: World, arm: Arm) -> None:
    def bent(number: str) -> Claims:
        arm(number)
        return sign(world)[1]

    assert bent("F01")["exp"] < world.now.timestamp() - 60
    assert seconds(bent("F01")) == 300
    assert bent("F02")["aud"] == TODO0_API
    assert bent("F03")["aud"] == f"{TODO0_ISSUER}/"
    assert bent("F04")["aud"][0] == TODO0_ISSUER
    assert len(set(bent("F04")["aud"])) == 2
    assert bent("F05")["client_id"] == "agent0-at-acme"
    assert seconds(bent("F16")) == 24 * 3600


@pytest.mark.parametrize("number", LAB_SIGNED)
def test_the_answer_and_the_log_are_those_of_an_honest_one(world: World, arm: Arm, number: str) -> None:
    arm(number)
    answer = world.exchange()
    assert answer["expires_in"] == 300
    event = last_event()
    assert event.outcome == "allowed"
    assert event.jti


def test_a_fault_for_another_flow_bends_nothing(world: World, arm: Arm) -> None:
    arm("F03", trace="a" * 32)
    assert sign(world)[1]["aud"] == TODO0_ISSUER
    arm("F03")
    assert sign(world)[1]["aud"] == f"{TODO0_ISSUER}/", "the good twin"


@pytest.mark.parametrize("bind", ["", "0.0.0.0", "192.0.2.7", "::", "acme.example"])  # noqa: S104
def test_it_refuses_to_lab_sign_where_others_may_reach_it(
    world: World, arm: Arm, settings: Any, bind: str
) -> None:
    settings.BIND = bind
    answer = arm("F03")
    assert answer.status_code == 400
    assert "IDP_LAB_SIGNS" in answer.json()["message"]
    assert sign(world)[1]["aud"] == TODO0_ISSUER
    assert arm("F21").status_code == 200, "what is no lie of the IdP's is not the lab's"


@pytest.mark.parametrize(
    ("bind", "meant"), [("127.0.0.1", False), ("::1", False), ("localhost", False), ("", True)]
)
def test_it_signs_on_loopback_or_where_somebody_means_it(
    world: World, arm: Arm, settings: Any, bind: str, meant: bool
) -> None:
    settings.BIND, settings.IDP_LAB_SIGNS = bind, meant
    assert arm("F03").status_code == 200
    assert sign(world)[1]["aud"] == f"{TODO0_ISSUER}/"


def test_what_was_armed_before_the_door_was_opened_wide_signs_nothing(
    world: World, arm: Arm, settings: Any
) -> None:
    arm("F03")
    settings.BIND = "0.0.0.0"  # noqa: S104
    assert sign(world)[1]["aud"] == TODO0_ISSUER


# Rows


def refused_by(world: World, **asked: Any) -> str:
    with pytest.raises(OAuthError) as refused:
        world.exchange(**asked)
    return str(refused.value.check)


@pytest.mark.parametrize(
    ("number", "check"), [("F18", "I7"), ("F21", "I9"), ("F26", "I13")], ids=["suspended", "off", "second factor"]
)
def test_a_row_is_bent_and_put_back_exactly(world: World, arm: Arm, number: str, check: str) -> None:
    before, on_since = describe(world.connection), world.connection.on_since
    assert arm(number).status_code == 200
    assert refused_by(world) == check
    assert arm(number).status_code == 200, "told twice"
    assert refused_by(world) == check
    arm()
    assert describe(world.connection) == before
    assert world.connection.on_since == on_since
    assert Person.objects.get(pk=world.alice.pk).is_active
    assert world.exchange()["scope"] == "todos.read todos.write"
    assert not Found.objects.exists()


def test_scopes_are_narrowed_and_given_back(world: World, arm: Arm) -> None:
    before = describe(world.connection)
    arm("F23")
    assert world.exchange()["scope"] == "todos.read"
    assert next(one["outcome"] for one in last_event().checks if one["number"] == "I12") == "narrowed"
    arm()
    assert describe(world.connection) == before


def test_bob_is_let_in_by_nobody_while_it_is_armed(world: World, arm: Arm) -> None:
    bob = world.person(people.BOB)
    both = [*bob.groups.all(), *world.alice.groups.all()]
    save_change(world.connection, {"groups": both}, version=None, by=by_nobody())
    his = world.id_token(sign_in(world.agent0, bob, now=world.now))
    assert world.exchange(subject_token=his)["scope"], "the good twin"
    before = describe(world.connection)
    arm("F22")
    assert refused_by(world, subject_token=his) == "I10"
    arm()
    assert describe(world.connection) == before
    assert world.exchange(subject_token=his)["scope"]


def by_nobody() -> By:
    return By(None, clock.now(), "Somebody")


def test_several_faults_of_one_connection_are_put_back_one_by_one(world: World, arm: Arm) -> None:
    before = describe(world.connection)
    arm("F21", "F23", "F26")
    arm("F23")
    assert world.exchange()["scope"] == "todos.read"
    arm()
    assert describe(world.connection) == before


def test_what_an_admin_changed_meanwhile_is_hers(world: World, arm: Arm) -> None:
    arm("F21", "F23")
    switch(world.connection, on=True, by=by_nobody())
    only = CrossAppConnection.ScopeCondition.ONLY
    save_change(
        world.connection, {"scope_condition": only, "scopes": ["todos.write"]}, version=None, by=by_nobody()
    )
    arm()
    assert world.connection.is_on
    assert world.connection.scopes == ["todos.write"]


def test_a_connection_that_was_off_stays_off(world: World, arm: Arm) -> None:
    switch(world.connection, on=False, by=by_nobody())
    arm("F21")
    arm()
    assert not world.connection.is_on


def test_each_change_is_in_the_log_as_the_labs(world: World, arm: Arm) -> None:
    arm("F21")
    arm()
    changes = Change.objects.filter(connection=world.connection, by_name=LAB)
    assert [(change.after["status"], change.by) for change in changes] == [("on", None), ("off", None)]
    assert Event.objects.filter(event_type=EVENT_CONNECTION, person_name=LAB).count() == 2
    arm("F18")
    assert Event.objects.filter(by_name=LAB, person_sub=people.ALICE.sub).count() == 1


def test_a_fault_of_rows_that_are_gone_is_refused_with_what_is_missing(world: World, arm: Arm) -> None:
    world.connection.delete()
    answer = arm("F21")
    assert answer.status_code == 400
    assert "Connect them first" in answer.json()["message"]


# Keys


def keys_of(world: World) -> list[tuple[str, str]]:
    return sorted(SigningKeyRecord.objects.filter(enterprise=world.acme).values_list("kid", "status"))


def test_a_rotation_with_overlap_breaks_nothing_and_is_put_back(world: World, arm: Arm) -> None:
    before, kid = keys_of(world), sign(world)[0]["kid"]
    arm("F27")
    world.acme.refresh_from_db()
    assert sign(world)[0]["kid"] != kid
    arm()
    world.acme.refresh_from_db()
    assert keys_of(world) == before
    assert sign(world)[0]["kid"] == kid


def test_a_hard_rotation_takes_the_key_away_that_has_just_signed(world: World, arm: Arm) -> None:
    before, kid, id_token = keys_of(world), sign(world)[0]["kid"], world.id_token()
    arm("F28")
    token = str(world.exchange()["access_token"])
    world.acme.refresh_from_db()
    assert jose.peek(token).unverified_header["kid"] == kid
    with pytest.raises(jose.UnknownKey):
        jose.verify(token, keys=keystore.load_published_keys(world.acme), algorithms=("ES256",))
    assert refused_by(world, subject_token=id_token) == "I4", "the ID Token was signed with it, too"
    arm()
    world.acme.refresh_from_db()
    assert world.exchange(subject_token=id_token)["scope"]
    assert keys_of(world) == before
    assert sign(world)[0]["kid"] == kid


def test_keys_that_somebody_rotated_meanwhile_are_left_alone(world: World, arm: Arm) -> None:
    arm("F27")
    keystore.rotate(world.acme, now=world.now + timedelta(minutes=1))
    left = keys_of(world)
    arm()
    assert keys_of(world) == left
    assert Event.objects.filter(event_type=EVENT_KEY_ROTATION, person_name=LAB).count() == 1


def test_a_hard_rotation_comes_once_and_whoever_signs_in_anew_goes_on_while_it_is_armed(
    world: World, arm: Arm
) -> None:
    arm("F28")
    withdrawn = jose.peek(str(world.exchange()["access_token"])).unverified_header["kid"]
    world.acme.refresh_from_db()
    assert sign(world)[0]["kid"] != withdrawn
    left = keys_of(world)
    sign(world)
    world.acme.refresh_from_db()
    assert keys_of(world) == left, "no second key is withdrawn"
    arm()
    arm("F28")
    world.acme.refresh_from_db()
    assert sign_and_look(world) == (withdrawn, False), "armed anew, it comes anew"


def sign_and_look(world: World) -> tuple[str, bool]:
    """The key that signs now, and whether it is published afterwards."""
    kid = str(jose.peek(str(world.exchange()["access_token"])).unverified_header["kid"])
    return kid, SigningKeyRecord.objects.get(kid=kid).status in keystore.PUBLISHED


# The IdP itself


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/acme/login"), ("POST", "/acme/token"), ("GET", "/globex/keys"), ("GET", "/x")]
)
def test_an_idp_that_is_down_promises_a_byte_and_sends_none(
    world: World, arm: Arm, client: Client, method: str, path: str
) -> None:
    arm("F29")
    answer = client.generic(method, path)
    assert (answer["Content-Length"], answer.content) == ("1", b""), "which no server can deliver"
    arm("F29", trace="a" * 32)
    assert client.generic(method, path).content, "nor is anybody else's flow concerned"
    arm()
    assert client.generic(method, path).content


def test_an_outage_is_logged_as_what_it_is_and_not_as_an_error_of_the_idps(
    world: World, arm: Arm, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    arm("F29")
    for path in ("/acme/login", "/acme/x%0AERROR"):
        client.get(path)
    assert [(one.levelname, one.getMessage()) for one in caplog.records if one.levelno >= logging.WARNING] == [
        ("WARNING", "F29: GET /acme/login gets 503 on purpose"),
        ("WARNING", "F29: GET /acme/x\\nERROR gets 503 on purpose"),
    ]


def test_an_outage_can_be_ended_and_the_process_is_well(world: World, arm: Arm, client: Client) -> None:
    arm("F29")
    assert client.get("/health").content == b"ok"
    assert arm().status_code == 200
    assert client.get("/acme/login").status_code == 200
