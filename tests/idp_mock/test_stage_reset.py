"""A reset in this party: ``tests/stage_reset.py`` with these settings, and what the IdP adds to it."""

from datetime import UTC, datetime

from idp_mock.directory.models import Enterprise, Person
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
