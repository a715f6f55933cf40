"""AGENT0_DPOP: off by default; on, a worker's tokens are bound to the installation's key."""

import time

import pytest

from agent0.jobs.models import Run
from agent0.tokens.proof_key import load_proof_key
from tests.agent0.answers import access_token_answer, id_jag_answer
from tests.builders import build_id_jag
from xaa import jose, protocol
from xaa.dpop import check_proof

pytestmark = pytest.mark.django_db


def test_it_is_off_by_default(far_side, make_run, do) -> None:
    assert load_proof_key() is None
    assert do(make_run(Run.Kind.LIST)).state == Run.State.DONE
    assert not any("dpop" in seen.headers for seen in far_side.seen)


def test_every_process_of_an_installation_has_the_same_key_and_no_other_installation_has_it(settings) -> None:
    settings.DPOP = True
    first = jose.thumbprint(load_proof_key())
    load_proof_key.__globals__["_derive"].cache_clear()
    assert jose.thumbprint(load_proof_key()) == first
    settings.TOKEN_KEYS = ("another-key", *settings.TOKEN_KEYS)
    assert jose.thumbprint(load_proof_key()) != first


def answer_bound(far_side) -> str:
    """Both servers play along; the thumbprint that they bind to."""
    jkt = jose.thumbprint(load_proof_key())
    far_side.answers["exchange"] = id_jag_answer(access_token=build_id_jag(cnf={"jkt": jkt}))
    far_side.answers["redeem"] = access_token_answer(token_type="DPoP")
    return jkt


@pytest.mark.spec("PP-01", "PP-04", "PP-11", "PP-19")
def test_switched_on_a_worker_proves_its_key_on_all_three_legs(far_side, make_run, do, settings) -> None:
    settings.DPOP = True
    jkt = answer_bound(far_side)
    assert do(make_run(Run.Kind.LIST)).state == Run.State.DONE
    legs = [seen for seen in far_side.seen if "dpop" in seen.headers]
    assert [seen.form.get("grant_type") for seen in legs] == [
        protocol.GRANT_TOKEN_EXCHANGE,
        protocol.GRANT_JWT_DPOP,
        None,
    ]
    for seen in legs:
        target = f"{far_side.url}{seen.path}"
        token = seen.headers["authorization"].removeprefix("DPoP ") if not seen.form else ""
        proof = check_proof(
            [seen.headers["dpop"]], method=seen.method, url=target, now=time.time(), access_token=token
        )
        assert proof.jkt == jkt


@pytest.mark.spec("PP-04")
def test_an_idp_that_ignores_the_proof_ends_the_run(far_side, make_run, do, settings) -> None:
    settings.DPOP = True
    run = do(make_run(Run.Kind.LIST))
    assert run.state == Run.State.FAILED
    assert not far_side.requests_of("redeem")
