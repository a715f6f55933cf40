"""Every check of the exchange is guarded: when one refuses nothing more, its vectors are no longer refused."""

import pytest

from idp_mock.tokens import token_exchange
from idp_mock.tokens.errors import OAuthError
from tests.idp_mock.exchange_vectors import VECTORS
from tests.idp_mock.exchange_world import World
from tests.idp_mock.test_token_exchange_checks import see_refused
from tests.toothless import NOTICED, without_teeth
from xaa.checks import Check

BY_NUMBER = {check.number: check for check in token_exchange.CHECKS}


@pytest.mark.parametrize("check", token_exchange.CHECKS, ids=lambda check: check.name)
def test_its_vectors_miss_a_check_that_refuses_nothing(
    world: World, check: Check[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    toothless = without_teeth(token_exchange.CHECKS, check.name, OAuthError)
    monkeypatch.setattr(token_exchange, "CHECKS", toothless)
    assert world.exchange()["token_type"] == "N_A"
    vector = next(vector for vector in VECTORS if vector.check == check.number)
    override = vector.arrange(world)
    with pytest.raises(NOTICED):
        see_refused(world, vector, override)


def test_each_number_is_one_check_so_that_a_vector_names_it() -> None:
    assert len(BY_NUMBER) == len(token_exchange.CHECKS)
