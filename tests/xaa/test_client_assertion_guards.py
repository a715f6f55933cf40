"""Every check of a client assertion is guarded: when one refuses nothing, what it alone refuses authenticates."""

from dataclasses import replace
from typing import Any

import pytest

from tests.client_assertions import WRONG
from tests.toothless import NOTICED, without_teeth
from tests.xaa.test_client_assertion import altered, claim_once, verify
from xaa import client_assertion, jose
from xaa.checks import Check
from xaa.client_assertion import CHECKS, ClientAssertionRejected, Presented

FAULT = {
    "check_type": "typ of an ID-JAG",
    "check_signature": "other client's key",
    "check_client": "sub is somebody else",
    "check_audience": "aud is another server",
    "check_times": "expired",
    "check_not_replayed": "a second time",
}


def believe(presented: Presented) -> Presented:
    return replace(presented, claims=jose.peek(presented.assertion).unverified_claims)


def present(fault: str) -> None:
    """Once, with this one fault; or a good one twice."""
    seen: set[str] = set()
    assertion = altered(**WRONG.get(fault, {}))
    for _ in range(1 if fault in WRONG else 2):
        verify(assertion, claim=claim_once(seen))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_that_refuses_nothing_is_missed(check: Check[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    fault = FAULT[check.name]

    def see() -> None:
        with pytest.raises(ClientAssertionRejected):
            present(fault)

    see()
    instead = believe if check.name == "check_signature" else lambda presented: presented
    toothless = without_teeth(CHECKS, check.name, ClientAssertionRejected, instead=instead)
    monkeypatch.setattr(client_assertion, "CHECKS", toothless)
    with pytest.raises(NOTICED):
        see()
    verify(altered())


def test_every_check_has_a_fault() -> None:
    assert list(FAULT) == [check.name for check in CHECKS]
