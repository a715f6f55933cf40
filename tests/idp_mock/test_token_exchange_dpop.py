"""An exchange with a DPoP proof: the ID-JAG is bound to its key, and to nothing without one (ID-JAG §9.8)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from idp_mock.tokens.models import UsedProof
from tests.idp_mock.exchange_world import PROOF_KEY, World, last_event
from xaa import jose


def cnf_in(answer: dict[str, object]) -> object:
    return jose.peek(str(answer["access_token"])).unverified_claims.get("cnf")


@pytest.mark.spec("PP-02", "PP-03", "TR-03")
def test_a_proof_puts_its_keys_thumbprint_into_the_id_jag(world: World, client: Client) -> None:
    body = world.post(client, proof=world.proof()).json()
    assert cnf_in(body) == {"jkt": jose.thumbprint(PROOF_KEY)}
    assert body["token_type"] == "N_A"


@pytest.mark.spec("PP-05", "JAG-25")
def test_without_a_proof_it_is_bound_to_nothing(world: World, client: Client) -> None:
    with CaptureQueriesContext(connection) as statements:
        body = world.post(client).json()
    assert cnf_in(body) is None
    assert not any("usedproof" in statement["sql"] for statement in statements)


@pytest.mark.spec("PP-02", "PP-15")
def test_a_bad_proof_is_refused_and_not_ignored(world: World, client: Client) -> None:
    for bad in (
        "",
        "garbage",
        f"{world.proof()},{world.proof()}",
        world.proof(url="http://testserver/acme/token"),
    ):
        response = world.post(client, proof=bad)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_dpop_proof")
        assert response["Cache-Control"] == "no-store"
    event = last_event()
    assert (event.outcome, event.refused_by, event.error) == ("denied", "I1", "invalid_dpop_proof")
    assert world.post(client, proof=world.proof()).status_code == 200


@pytest.mark.spec("PP-17")
def test_a_proof_counts_once_and_the_next_one_of_the_key_again(world: World) -> None:
    for _ in range(2):
        assert cnf_in(world.exchange(dpop_headers=(world.proof(),)))
    assert UsedProof.objects.count() == 2


def test_what_is_remembered_of_a_proof_goes_when_its_time_is_over(world: World) -> None:
    world.exchange(dpop_headers=(world.proof(),))
    UsedProof.objects.update(expires_at="2020-01-01T00:00Z")
    world.exchange(dpop_headers=(world.proof(),))
    assert UsedProof.objects.count() == 1
