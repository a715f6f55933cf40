"""A refresh token as the subject: checked as in a refresh, and not used up (ID-JAG §4.3.3)."""

import pytest
from django.test import Client

from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.exchange_vectors import VECTORS, Vector
from tests.idp_mock.exchange_world import World, sign_in


@pytest.mark.spec("TX-22")
def test_a_rotated_refresh_token_ends_its_whole_family(world: World) -> None:
    old = world.refresh_token()
    world.family.refresh_tokens.update(rotated_at=world.now)
    new = world.refresh_token()
    assert world.exchange(**world.as_refresh(new))["token_type"] == "N_A"
    with pytest.raises(OAuthError):
        world.exchange(**world.as_refresh(old))
    with pytest.raises(OAuthError) as refused:
        world.exchange(**world.as_refresh(new))
    assert refused.value.check == "I6"


def test_another_clients_rotated_refresh_token_ends_nothing(world: World) -> None:
    theirs = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    token = world.refresh_token(theirs)
    theirs.refresh_tokens.update(rotated_at=world.now)
    with pytest.raises(OAuthError) as refused:
        world.exchange(**world.as_refresh(token))
    theirs.refresh_from_db()
    assert (refused.value.check, theirs.revoked_at) == ("I5", None)


@pytest.mark.spec("TX-22")
@pytest.mark.parametrize(
    "vector",
    [v for v in VECTORS if v.check in ("I4", "I5", "I6", "I7") and "refresh" in v.name],
    ids=lambda vector: vector.name,
)
def test_a_refresh_token_that_no_exchange_accepts_cannot_be_refreshed_either(
    world: World, client: Client, vector: Vector
) -> None:
    """ID-JAG §4.3.3 asks for the same validation as a refresh: neither side is the easier door."""
    token = vector.arrange(world)["subject_token"]
    response = world.post(
        client,
        grant_type="refresh_token",
        refresh_token=token,
        **dict.fromkeys(world.form().keys() - {"grant_type"}),
    )
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.spec("TX-22")
def test_an_exchange_does_not_rotate_the_refresh_token(world: World) -> None:
    token = world.refresh_token()
    for _ in range(3):
        assert "refresh_token" not in world.exchange(**world.as_refresh(token))
    assert world.family.refresh_tokens.get().rotated_at is None


@pytest.mark.spec("TX-21")
def test_what_was_revoked_takes_the_id_token_that_came_with_it_along(world: World) -> None:
    """A copy was used: the thief may hold the ID Token as well, and it would buy ID-JAGs until it expires."""
    id_token = world.id_token()
    elsewhere = sign_in(world.app("todo0-at-acme"), world.alice, now=world.now)
    elsewhere.revoke(world.now)
    assert world.exchange(subject_token=id_token)["token_type"] == "N_A", "another sign-in of hers is not this one"
    world.family.revoke(world.now)
    with pytest.raises(OAuthError) as refused:
        world.exchange(subject_token=id_token)
    assert (refused.value.check, refused.value.error) == ("I6", "invalid_grant")
