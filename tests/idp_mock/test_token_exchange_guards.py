"""Every check of the exchange is guarded: when one refuses nothing more, its vectors are no longer refused."""

import pytest

from idp_mock.tokens import token_exchange
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.exchange_vectors import VECTORS, Vector
from tests.idp_mock.exchange_world import World
from tests.idp_mock.test_token_exchange_checks import see_refused
from tests.toothless import NOTICED, without_teeth
from xaa.checks import Check

# Two checks may share a number, and then the number does not say which of them refuses a vector.
BY_NAME = {"check_authorization_details": "details_of_no_action"}


def vector_of(check: Check[object]) -> Vector:
    name = BY_NAME.get(check.name, "")
    return next(one for one in VECTORS if one.check == check.number and name in ("", one.name))


@pytest.mark.parametrize("check", token_exchange.CHECKS, ids=lambda check: check.name)
def test_its_vectors_miss_a_check_that_refuses_nothing(
    world: World, check: Check[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    toothless = without_teeth(token_exchange.CHECKS, check.name, OAuthError)
    monkeypatch.setattr(token_exchange, "CHECKS", toothless)
    assert world.exchange()["token_type"] == "N_A"
    vector = vector_of(check)
    override = vector.arrange(world)
    with pytest.raises(NOTICED):
        see_refused(world, vector, override)


def test_every_check_has_a_vector_of_its_own() -> None:
    assert len({vector_of(check).name for check in token_exchange.CHECKS}) == len(token_exchange.CHECKS)
