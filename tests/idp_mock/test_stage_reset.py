"""A reset in this party: ``tests/stage_reset.py`` with these settings, and what the IdP adds to it."""

from datetime import UTC, datetime, timedelta

import pytest

from idp_mock import clock
from idp_mock.directory.models import Enterprise, Person
from idp_mock.keys import keystore
from idp_mock.keys.models import SigningKeyRecord
from stage.kit import people
from tests.stage_door import post
from tests.stage_reset import *  # noqa: F403
from tests.stage_reset import ONE


def test_keys_outlive_a_reset_since_everybody_has_cached_them(world: None) -> None:
    before = set(SigningKeyRecord.objects.values_list("kid", flat=True)), Enterprise.objects.get(slug="acme")
    post("reset", {"world": ONE})
    acme = Enterprise.objects.get(slug="acme")
    assert (set(SigningKeyRecord.objects.values_list("kid", flat=True)), acme) == before
    assert acme.keyring == before[1].keyring


def test_a_reset_lets_cross_app_access_go_on_and_an_undo_stops_it_again(world: None) -> None:
    """The kill switch is in a row that a reset keeps."""
    Enterprise.objects.filter(slug="acme").update(cross_app_access_stopped_at=datetime.now(UTC))
    post("reset", {"world": ONE})
    assert Enterprise.objects.get(slug="acme").cross_app_access_stopped_at is None
    post("undo", {"world": ONE})
    assert Enterprise.objects.get(slug="acme").cross_app_access_stopped_at


def test_whoever_was_suspended_or_added_is_as_the_seed_has_her(world: None) -> None:
    alice = Person.objects.get(enterprise__slug="acme", sub=people.ALICE.sub)
    Person.objects.filter(pk=alice.pk).update(status=Person.Status.SUSPENDED)
    Enterprise.objects.create(slug="initech", name="Initech")
    post("reset", {"world": ONE})
    alice = Person.objects.get(enterprise__slug="acme", sub=people.ALICE.sub)
    assert alice.status == Person.Status.ACTIVE
    assert not Enterprise.objects.filter(slug="initech").exists()


def keys_of(acme: Enterprise) -> list[dict[str, object]]:
    return list(SigningKeyRecord.objects.filter(enterprise=acme).order_by("pk").values())


@pytest.mark.parametrize("how", ["once", "hard", "twice", "twice and hard", "F27", "F28"])
def test_keys_that_the_old_world_rotated_in_go_with_it(world: None, how: str) -> None:
    acme = Enterprise.objects.get(slug="acme")
    before = keys_of(acme)
    if how.startswith("F"):
        post("faults", {"faults": [{"id": how, "mode": "sticky"}]})
        keystore.rotate(acme, now=clock.now(), hard=True)
    else:
        for _ in range(2 if "twice" in how else 1):
            keystore.rotate(acme, now=clock.now(), hard="hard" in how)
    assert keys_of(acme) != before
    rotated = keys_of(acme)
    post("reset", {"world": ONE})
    acme.refresh_from_db()
    assert keys_of(acme) == before
    assert {key["kid"] for key in keystore.load_jwks(acme)["keys"]} == {key["kid"] for key in before}
    post("undo", {"world": ONE})
    acme.refresh_from_db()
    assert keys_of(acme) == rotated


def test_of_two_announced_keys_the_one_that_was_made_first_signs_next_whatever_the_clock_said(world: None) -> None:
    """Made while the world was a day ahead, a key would otherwise be the newest for ever."""
    acme = Enterprise.objects.get(slug="acme")
    [announced] = SigningKeyRecord.objects.filter(enterprise=acme, alg="ES256", status="next")
    SigningKeyRecord.objects.filter(pk=announced.pk).update(created_at=clock.now() + timedelta(days=1))
    keystore.announce(acme, "ES256", now=clock.now())
    keystore.rotate(acme, now=clock.now())
    acme.refresh_from_db()
    assert keystore.load_active_key(acme).kid == announced.kid
