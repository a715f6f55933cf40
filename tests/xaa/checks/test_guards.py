"""Every check of an ID-JAG is guarded: when one refuses nothing more, what it alone refuses gets a token."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import OTHER_KEY, build_id_jag
from tests.toothless import NOTICED, without_teeth
from tests.xaa.conftest import Redeem
from xaa import jose
from xaa.checks import Check
from xaa.jwt_bearer import grant, id_jag
from xaa.jwt_bearer.presented import IdJag, IdJagRejected, Presented

pytestmark = pytest.mark.django_db

# One ID-JAG for each check, wrong in one thing.
WRONG: dict[str, dict[str, Any]] = {
    "check_format": {},  # no JWT at all, see below
    "check_type": {"typ": "at+jwt"},
    "check_issuer": {"iss": "https://evil.example"},
    "check_signature": {"key": OTHER_KEY},
    "check_audience": {"aud": "https://other.example"},
    "check_client": {"client_id": "evil0-at-todo0"},
    "check_key": {"cnf": {"jkt": "a" * 43}},
    "check_expiry": {"now": 1_700_000_000},
    "check_issued_at": {"nbf": 4_000_000_000},
    "check_subject": {"sub": ""},
    "check_resource": {"resource": "https://other.example/api"},
    "check_scope": {"scope": "calendar.read"},
    "check_authorization_details": {"authorization_details": [{"type": "unknown"}]},
    "check_person": {"sub": "00u4dan"},
    "check_not_replayed": {"jti": ""},
    "check_account": {},  # nothing in the ID-JAG: what its resolver finds is wrong
}
RESOLVERS = {"check_account": "tests.xaa.subjects.welcome_somebody_deactivated"}
GOOD_RESOLVER = "tests.xaa.subjects.resolve_or_welcome"


def believe(presented: Presented) -> Presented:
    claims = jose.peek(presented.assertion).unverified_claims
    return replace(presented, id_jag=IdJag(presented.trusted.issuer, claims, presented.trusted))


@pytest.fixture
def see_newcomer_refused(redeem: Redeem) -> Redeem:
    """Its ``jti`` is spent, since an account is made after all else: only the answer can be looked at."""

    def see(assertion: str, *, by: str, error: str) -> None:
        answer = redeem(assertion)
        assert (answer.status_code, answer.json()["error"]) == (400, error)

    return see


@pytest.mark.parametrize("check", id_jag.CHECKS, ids=lambda check: check.name)
def test_a_check_that_refuses_nothing_is_missed(
    refused: Redeem,
    see_newcomer_refused: Redeem,
    redeem: Redeem,
    check: Check[Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    see = see_newcomer_refused if check.name == "check_account" else refused
    wrong = "a.b.c" if check.name == "check_format" else build_id_jag(**WRONG[check.name])
    error = "invalid_scope" if check.name == "check_scope" else "invalid_grant"
    if check.name in RESOLVERS:
        settings.JWT_BEARER_SUBJECT_RESOLVER = RESOLVERS[check.name]
    see(wrong, by=check.number, error=error)

    instead = believe if check.name == "check_signature" else lambda presented: presented
    toothless = without_teeth(id_jag.CHECKS, check.name, IdJagRejected, instead=instead)
    monkeypatch.setattr(grant, "CHECKS", toothless)
    wrong = build_id_jag() if check.name == "check_account" else wrong
    with pytest.raises(NOTICED):
        see(wrong, by=check.number, error=error)
    settings.JWT_BEARER_SUBJECT_RESOLVER = GOOD_RESOLVER
    assert redeem(build_id_jag()).status_code == 200, "the good one passes without it, as it passes with it"


def test_every_check_has_a_wrong_one() -> None:
    assert list(WRONG) == [check.name for check in id_jag.CHECKS]
