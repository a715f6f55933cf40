"""Every check of an ID Token and of a logout token is guarded: what it alone refuses passes without its teeth."""

from dataclasses import replace

import pytest

from tests.toothless import NOTICED, without_teeth
from tests.xaa_signin import test_id_token as id_tokens
from tests.xaa_signin import test_logout_token as logout_tokens
from tests.xaa_signin.fake_idp import key_of
from xaa import jose
from xaa.signin import id_token, logout_token
from xaa.signin.logout_token import LogoutTokenRejected
from xaa.signin.presented import IdTokenRejected

WRONG_ID_TOKENS = {
    "check_form": {"token": "a.b.c"},
    "check_signature": {"key": key_of("mallory")},
    "check_type": {"typ": "at+jwt"},
    "check_issuer": {"iss": "https://idp.example/globex"},
    "check_tenant": {"tenant": "globex"},
    "check_audience": {"aud": "another-app"},
    "check_authorized_party": {"azp": "another-app"},
    "check_times": {"exp": id_tokens.NOW - 3600},
    "check_nonce": {"nonce": "another"},
    "check_freshness": {"max_age": 10},
    "check_context": {"acr_values": "urn:mfa"},
    "check_subject": {"sub": ""},
    "check_session_expiry": {"session_expiry": 0},
}
WRONG_LOGOUT_TOKENS = {
    "check_form": {"token": "a.b.c"},
    "check_issuer": {"iss": "https://idp.example/globex"},
    "check_signature": {"key": key_of("mallory")},
    "check_type": {"typ": "at+jwt"},
    "check_audience": {"aud": "another-app"},
    "check_times": {"exp": logout_tokens.NOW - 3600},
    "check_subject": {"sub": ""},
    "check_event": {"events": {}},
    "check_no_nonce": {"nonce": "one"},
    "check_not_replayed": {"claimed": [(logout_tokens.ISSUER, "one")]},
}


def believe(presented):
    peeked = jose.peek(presented.token)
    return replace(presented, header=peeked.unverified_header, claims=peeked.unverified_claims)


def disarm(checks, check, refusal):
    instead = believe if check.name == "check_signature" else lambda presented: presented
    return without_teeth(checks, check.name, refusal, instead=instead)


@pytest.mark.parametrize("check", id_token.CHECKS, ids=lambda check: check.name)
def test_an_id_tokens_check_that_refuses_nothing_is_missed(check, monkeypatch):
    wrong = WRONG_ID_TOKENS[check.name]
    assert id_tokens.refused_by(**wrong) == check.name.removeprefix("check_")
    monkeypatch.setattr(id_token, "CHECKS", disarm(id_token.CHECKS, check, IdTokenRejected))
    assert id_tokens.verify().subject == "00u1alice"
    with pytest.raises(NOTICED):
        assert id_tokens.refused_by(**wrong) == check.name.removeprefix("check_")


@pytest.mark.parametrize("check", logout_token.CHECKS, ids=lambda check: check.name)
def test_a_logout_tokens_check_that_refuses_nothing_is_missed(check, monkeypatch):
    wrong = WRONG_LOGOUT_TOKENS[check.name]
    assert logout_tokens.refused_by(**wrong) == check.number
    monkeypatch.setattr(logout_tokens, "CHECKS", disarm(logout_token.CHECKS, check, LogoutTokenRejected))
    assert logout_tokens.judge().failed == ""
    with pytest.raises(NOTICED):
        assert logout_tokens.refused_by(**wrong) == check.number


def test_every_check_has_a_wrong_one():
    assert list(WRONG_ID_TOKENS) == [check.name for check in id_token.CHECKS]
    assert list(WRONG_LOGOUT_TOKENS) == [check.name for check in logout_token.CHECKS]
