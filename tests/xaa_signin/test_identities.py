"""Who somebody is: (issuer, subject) and nothing else, however many first sign-ins run at once."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.xaa_signin.conftest import Browser
from tests.xaa_signin.fake_idp import OMIT
from xaa.signin.identities import UserNotFound, load_user, provision_user, resolve_user
from xaa.signin.models import FederatedIdentity

ACME, GLOBEX = "https://idp.example/acme", "https://idp.example/globex"
PROFILE = {"email": "alice@acme.example", "email_verified": True, "given_name": "Alice"}


@pytest.mark.django_db(transaction=True)
def test_parallel_first_sign_ins_of_one_person_give_one_account():
    gate, found, failures = threading.Barrier(20), [], []

    def sign_in():
        try:
            gate.wait()
            found.append(resolve_user(ACME, "00u1alice", profile=PROFILE).pk)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    run_all([threading.Thread(target=sign_in) for _ in range(20)])
    assert failures == []
    assert len(found) == 20
    assert len(set(found)) == User.objects.count() == FederatedIdentity.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_first_sign_ins_through_the_front_door_all_succeed(acme):
    browsers = [Browser() for _ in range(20)]
    answers = [acme.authorize(browser.start()) for browser in browsers]
    gate, seen = threading.Barrier(20), []

    def come_back(browser, answer):
        gate.wait()
        seen.append(browser.come_back(answer).status_code)
        connection.close()

    run_all([threading.Thread(target=come_back, args=pair) for pair in zip(browsers, answers, strict=True)])
    assert seen == [302] * 20
    assert len({browser.who() for browser in browsers}) == User.objects.count() == 1


@pytest.mark.spec("OI-03")
def test_the_same_subject_at_another_issuer_is_somebody_else(db):
    assert resolve_user(ACME, "00u1alice", profile=PROFILE) != resolve_user(GLOBEX, "00u1alice", profile=PROFILE)


@pytest.mark.spec("OI-03")
def test_a_subject_of_other_case_is_somebody_else(db):
    assert resolve_user(ACME, "00u1alice", profile={}) != resolve_user(ACME, "00U1ALICE", profile={})


@pytest.mark.spec("OI-03")
def test_the_same_email_at_the_same_issuer_is_somebody_else(db):
    """Acme gave Alice's address to her successor."""
    assert resolve_user(ACME, "00u1alice", profile=PROFILE) != resolve_user(ACME, "00u9anna", profile=PROFILE)


@pytest.mark.spec("OI-03")
def test_an_account_made_by_hand_is_never_adopted(db):
    by_hand = User.objects.create_user("00u1alice", "alice@acme.example", "a-password")
    assert resolve_user(ACME, "00u1alice", profile=PROFILE) != by_hand


LONG = "a" * 241 + "@acme.example"
"""As long as an address can be, and as its column is wide."""
IN_ACME = {"profile": PROFILE, "authoritative_for": ["acme.example"]}


@pytest.mark.spec("SR-04")
def test_an_account_is_taken_over_by_its_verified_address_where_the_connection_says_so(db):
    by_hand = User.objects.create_user("alice", "alice@acme.example", "a-password")
    assert resolve_user(ACME, "00u1alice", **IN_ACME) == by_hand
    assert load_user(ACME, "00u1alice") == by_hand


@pytest.mark.spec("SR-04")
@pytest.mark.parametrize(
    ("profile", "account"),
    [
        ({"email_verified": False}, {}),
        ({"email_verified": "true"}, {}),
        ({"email": "Alice@acme.example"}, {}),
        ({"email": "alice@globex.example"}, {"email": "alice@globex.example"}),
        ({"email": "alice@sub.acme.example"}, {"email": "alice@sub.acme.example"}),
        ({"email": "alice"}, {"email": "alice"}),
        ({"email": f"{LONG}.evil.example"}, {"email": LONG}),
        ({"email": ""}, {"email": ""}),
        ({}, {"is_staff": True}),
        ({}, {"is_superuser": True}),
    ],
)
def test_it_is_taken_over_under_no_other_condition(db, profile, account):
    by_hand = User.objects.create(username="alice", **{"email": "alice@acme.example"} | account)
    user = resolve_user(ACME, "00u1alice", profile=PROFILE | profile, authoritative_for=["acme.example"])
    assert user != by_hand
    assert not user.is_staff


@pytest.mark.spec("SR-04", "SR-05")
def test_an_address_leads_to_an_account_once(db):
    """Acme gave Alice's address to her successor: the account stays Alice's, whatever her address is now."""
    by_hand = User.objects.create_user("alice", "alice@acme.example", "a-password")
    assert resolve_user(ACME, "00u1alice", **IN_ACME) == by_hand
    assert resolve_user(ACME, "00u9anna", **IN_ACME) != by_hand
    renamed = PROFILE | {"email": "bob@acme.example"}
    User.objects.create_user("bob", "bob@acme.example", "a-password")
    assert resolve_user(ACME, "00u1alice", profile=renamed, authoritative_for=["acme.example"]) == by_hand


@pytest.mark.spec("SR-04")
def test_an_address_of_two_accounts_leads_to_neither(db):
    both = [User.objects.create_user(name, "alice@acme.example", "a-password") for name in ("alice", "alice2")]
    assert resolve_user(ACME, "00u1alice", **IN_ACME) not in both


@pytest.mark.spec("SR-10")
def test_a_deactivated_account_is_neither_revived_nor_replaced_by_its_address(db):
    User.objects.create_user("alice", "alice@acme.example", "a-password", is_active=False)
    for take in (resolve_user, provision_user):
        with pytest.raises(UserNotFound):
            take(ACME, "00u1alice", **IN_ACME)
    assert (User.objects.count(), FederatedIdentity.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("SR-04")
def test_of_two_persons_who_race_for_one_address_one_gets_the_account():
    by_hand = User.objects.create_user("alice", "alice@acme.example", "a-password")
    gate, found = threading.Barrier(8), []

    def sign_in(subject):
        gate.wait()
        try:
            found.append(resolve_user(ACME, subject, **IN_ACME))
        finally:
            connection.close()

    run_all([threading.Thread(target=sign_in, args=(f"00u{number}",)) for number in range(8)])
    assert len(found) == User.objects.count() == 8
    assert found.count(by_hand) == 1


@pytest.mark.spec("SR-08")
def test_a_provisioned_account_has_what_a_first_sign_in_gives_and_no_sign_in(db):
    provisioned = provision_user(ACME, "00u1alice", profile=PROFILE)
    signed_in = resolve_user(ACME, "00u2bob", profile=PROFILE)
    same = ("first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
    assert [getattr(provisioned, name) for name in same] == [getattr(signed_in, name) for name in same]
    assert not provisioned.has_usable_password()
    assert FederatedIdentity.objects.get(subject="00u1alice").last_sign_in_at is None
    assert resolve_user(ACME, "00u1alice", profile=PROFILE) == provisioned


def test_the_profile_follows_the_idp(db):
    user = resolve_user(ACME, "00u1alice", profile=PROFILE | {"family_name": "Anders"})
    again = resolve_user(
        ACME, "00u1alice", profile=PROFILE | {"family_name": "Berg", "email": "a.berg@acme.example"}
    )
    user.refresh_from_db()
    assert again == user
    assert (user.first_name, user.last_name, user.email) == ("Alice", "Berg", "a.berg@acme.example")
    assert FederatedIdentity.objects.get().last_sign_in_at is not None


@pytest.mark.parametrize("verified", [False, OMIT, "true", 1, None])
def test_an_unverified_email_stays_off_the_account(db, verified):
    profile = {
        name: value for name, value in (PROFILE | {"email_verified": verified}).items() if value is not OMIT
    }
    user = resolve_user(ACME, "00u1alice", profile=profile)
    identity = FederatedIdentity.objects.get()
    assert user.email == ""
    assert (identity.email, identity.email_verified) == ("alice@acme.example", False)


@pytest.mark.parametrize("odd", [None, 7, ["Alice"], {"a": 1}, "A" * 5000, "A\x00lice", "Al\nice"])
def test_odd_profile_claims_break_nothing(db, odd):
    user = resolve_user(
        ACME, "00u1alice", profile=dict.fromkeys(("given_name", "family_name", "email", "name"), odd)
    )
    assert len(user.first_name) <= 150
    assert "\x00" not in user.first_name


def test_an_unchanged_profile_writes_no_user(db, django_assert_num_queries):
    resolve_user(ACME, "00u1alice", profile=PROFILE)
    with django_assert_num_queries(2):
        resolve_user(ACME, "00u1alice", profile=PROFILE)


@pytest.mark.parametrize("subject", ["00u4dan", "", "00u1alice\x00", "x" * 5000])
def test_load_user_makes_nobody(db, subject):
    with pytest.raises(UserNotFound) as caught:
        load_user(ACME, subject)
    assert caught.value.reason == "unknown"
    assert User.objects.count() == 0


def test_an_inactive_user_is_nobody_to_act_for(db):
    user = resolve_user(ACME, "00u1alice", profile=PROFILE)
    assert load_user(ACME, "00u1alice") == user
    User.objects.update(is_active=False)
    with pytest.raises(UserNotFound) as caught:
        load_user(ACME, "00u1alice")
    assert caught.value.reason == "inactive"


def test_an_inactive_user_is_refused_with_a_page(browser, acme):
    browser.sign_in(acme)
    User.objects.update(is_active=False)
    response = browser.sign_in(acme)
    assert response.status_code == 403
    assert "switched off" in response.content.decode()
    assert browser.who() == "nobody"


def run_all(threads):
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
