"""Every check of an access token is guarded: when one refuses nothing, what it alone refuses opens the API."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from oauth2_provider.models import AccessToken

from tests import builders
from tests.todo0.conftest import TODO0, Redeem, call_api, id_jag
from tests.todo0.test_access_token import resign, see_refused
from tests.toothless import NOTICED, without_teeth
from todo0.api import access_token
from todo0.api.errors import AccessTokenRejected
from todo0.api.presented import Presented
from xaa import jose
from xaa.checks import Check

Wrong = Callable[[str], str]
INVALID = (401, "invalid_token")


def revoke(token: str) -> str:
    AccessToken.objects.all().delete()
    return token


def believe(presented: Presented) -> Presented:
    peeked = jose.peek(presented.token)
    return replace(presented, header=peeked.unverified_header, claims=peeked.unverified_claims)


# How each check's one wrong token comes about, from a good one; and how it is refused.
WRONG: dict[str, tuple[Wrong, int, str]] = {
    "check_presence": (lambda token: f"{token} x", 400, "invalid_request"),
    "check_signature": (lambda token: resign(token, key=builders.OTHER_KEY), *INVALID),
    "check_issuer": (lambda token: resign(token, iss=f"{TODO0}/"), *INVALID),
    "check_type": (lambda token: resign(token, typ="JWT"), *INVALID),
    "check_audience": (lambda token: resign(token, aud=TODO0), *INVALID),
    "check_expiry": (lambda token: resign(token, exp=1), *INVALID),
    "check_not_revoked": (revoke, *INVALID),
    "check_scope": (lambda token: token, 403, "insufficient_scope"),
    "check_details": (lambda token: resign(token, authorization_details="x"), *INVALID),
    "check_subject": (lambda token: resign(token, sub="somebody-else"), *INVALID),
    "check_sign_in": (lambda token: resign(token, acr="0"), 401, "insufficient_user_authentication"),
    "check_key": (lambda token: resign(token, cnf={"jkt": "a" * 43}), *INVALID),
}


@pytest.mark.parametrize("check", access_token.CHECKS, ids=lambda check: check.name)
def test_a_check_that_refuses_nothing_is_missed(
    redeem: Redeem, check: Check[Any], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    make, status, error = WRONG[check.name]
    good = redeem(id_jag()).json()["access_token"]
    start = redeem(id_jag(scope="todos.write")).json()["access_token"] if check.name == "check_scope" else good
    if check.name == "check_sign_in":
        settings.API_STEP_UP_ACTIONS, settings.API_STEP_UP_ACR_VALUES = ("list_todos",), ("urn:mfa",)
        good = resign(good, acr="urn:mfa")
    wrong = make(start)

    def see() -> None:
        answer = call_api("GET", "/todos", Authorization=f"Bearer {wrong}")
        scope = "todos.read" if error == "insufficient_scope" else ""
        scheme = "DPoP" if check.name == "check_key" else "Bearer"
        assert answer["WWW-Authenticate"].startswith(f"{scheme} ")
        if scheme == "Bearer":
            see_refused(answer, status=status, error=error, scope=scope)
        assert (answer.status_code, answer.json()["error"]) == (status, error)

    see()
    instead = believe if check.name == "check_signature" else lambda presented: presented
    toothless = without_teeth(access_token.CHECKS, check.name, AccessTokenRejected, instead=instead)
    monkeypatch.setattr(access_token, "CHECKS", toothless)
    with pytest.raises(NOTICED):
        see()
    if check.name != "check_not_revoked":
        assert call_api("GET", "/todos", Authorization=f"Bearer {good}").status_code == 200


def test_every_check_has_a_wrong_one() -> None:
    assert list(WRONG) == [check.name for check in access_token.CHECKS]
