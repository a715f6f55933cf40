"""One test a check, by what it refuses; the unaltered logout token passes in every one of them."""

import logging

import jwt
import pytest

from tests.xaa_signin.fake_idp import OMIT, key_of, merge
from xaa import jose, protocol
from xaa.checks import CheckRun
from xaa.signin.connections import Connection
from xaa.signin.logout_token import CHECKS, STATEMENT, LogoutTokenRejected, Presented

NOW = 1_800_000_000
ISSUER = "https://idp.example/acme"
CONNECTION = Connection("acme", "Acme", ISSUER, "app-at-acme", "secret")
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
GOOD = {
    "iss": ISSUER,
    "sub": "00u1alice",
    "sid": "session-1",
    "aud": "app-at-acme",
    "iat": NOW,
    "exp": NOW + 120,
    "jti": "one",
    "events": {LOGOUT: {}},
}

pytestmark = pytest.mark.spec("OI-10")


def judge(*, key=None, typ=protocol.TYP_LOGOUT_TOKEN, token="", now=NOW, claimed=(), **changes):
    """Run all CHECKS over the good logout token with ``changes``; the run, finished or refused."""
    token = token or jose.sign(merge(GOOD, changes), key=key or key_of("acme"), typ=typ)
    keys = jose.KeySet.from_jwks({"keys": [jose.public_jwk(key_of("acme"))]})
    presented = Presented(
        token=token,
        find_connection=lambda issuer: {ISSUER: CONNECTION}[issuer],
        verify_signature=lambda raw, connection: jose.verify(raw, keys=keys, algorithms=connection.algorithms),
        claim=lambda issuer, jti, _keep_until: (issuer, jti) not in claimed,
        now=now,
        leeway=60,
    )
    run = CheckRun(presented, LogoutTokenRejected, logging.getLogger("xaa.signin"))
    try:
        run.through(CHECKS)
    except LogoutTokenRejected as refused:
        run.reason = str(refused)
    return run


def refused_by(**override):
    """The number of the check that refuses; and the good one passes, so that the reason is the override."""
    assert judge().failed == ""
    return judge(**override).failed


def test_it_accepts_the_unaltered_logout_token():
    logout = judge().state.accept()
    assert (logout.issuer, logout.subject, logout.sid) == (ISSUER, "00u1alice", "session-1")


@pytest.mark.parametrize("token", ["a", "a.b", "a.b.c", "a.b.c.d.e", "x" * 20_000, "ü.ü.ü"])
def test_it_refuses_what_is_no_jwt(token):
    assert refused_by(token=token) == "L1"


@pytest.mark.parametrize(
    "iss", [OMIT, None, "", ISSUER + "/", ISSUER.upper(), "https://idp.example/globex", [ISSUER], {"iss": ISSUER}]
)
def test_it_refuses_an_issuer_that_no_connection_has(iss):
    assert refused_by(iss=iss) == "L2"


def test_it_refuses_the_signature_of_another_key():
    assert refused_by(key=key_of("mallory")) == "L3"


def test_it_refuses_an_edited_payload():
    header, _, signature = jose.sign(GOOD, key=key_of("acme"), typ="logout+jwt").split(".")
    _, payload, _ = jose.sign(GOOD | {"sub": "00u3carol"}, key=key_of("acme"), typ="logout+jwt").split(".")
    assert refused_by(token=f"{header}.{payload}.{signature}") == "L3"


@pytest.mark.parametrize(("alg", "secret"), [("none", None), ("HS256", "a public key, as a secret 0123456789")])
def test_it_refuses_no_signature_and_a_symmetric_one(alg, secret):
    token = jwt.encode(GOOD, secret, algorithm=alg, headers={"typ": "logout+jwt", "kid": key_of("acme").kid})
    assert refused_by(token=token) == "L3"


@pytest.mark.parametrize("typ", ["oauth-id-jag+jwt", "at+jwt", "secevent+jwt", "dpop+jwt", "logout"])
def test_it_refuses_another_kind_of_jwt(typ):
    assert refused_by(typ=typ) == "L4"


@pytest.mark.parametrize("typ", ["logout+jwt", "Logout+JWT", "application/logout+jwt", "JWT"])
def test_it_accepts_the_type_in_any_spelling_and_none_in_particular(typ):
    assert judge(typ=typ).failed == ""
    untyped = jwt.encode(
        GOOD, key_of("acme").private_key, algorithm="ES256", headers={"typ": None, "kid": key_of("acme").kid}
    )
    assert "typ" not in jose.peek(untyped).unverified_header
    assert judge(token=untyped).failed == ""


@pytest.mark.parametrize(
    "aud", [OMIT, None, "", [], "another-app", "APP-AT-ACME", 7, ["app-at-acme", "another"], [["app-at-acme"]]]
)
def test_it_refuses_an_audience_that_is_not_us_alone(aud):
    assert judge(aud=["app-at-acme"]).failed == ""
    assert refused_by(aud=aud) == "L5"


@pytest.mark.parametrize(
    "times",
    [
        {"exp": NOW - 60},
        {"exp": OMIT},
        {"exp": str(NOW + 120)},
        {"exp": True},
        {"exp": 1e300},
        {"iat": OMIT},
        {"iat": NOW + 61},
        {"iat": "now"},
        {"iat": -1},
    ],
)
def test_it_refuses_times_that_are_not_now(times):
    assert refused_by(**times) == "L6"


@pytest.mark.parametrize("times", [{"exp": NOW - 59}, {"iat": NOW + 60}, {"exp": 253402300799}])
def test_it_lets_two_clocks_differ_by_a_minute(times):
    assert judge(**times).failed == ""


@pytest.mark.parametrize(
    "named",
    [
        {"sub": OMIT, "sid": OMIT},
        {"sub": "", "sid": OMIT},
        {"sub": None},
        {"sub": ["00u1alice"]},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"sid": ""},
        {"sid": 7},
        {"sid": None},
    ],
)
def test_it_refuses_a_logout_of_nobody(named):
    assert refused_by(**named) == "L7"


@pytest.mark.parametrize(("left_out", "found"), [("sid", ("00u1alice", "")), ("sub", ("", "session-1"))])
def test_it_accepts_a_person_or_a_session_alone(left_out, found):
    logout = judge(**{left_out: OMIT}).state.accept()
    assert (logout.subject, logout.sid) == found


@pytest.mark.parametrize(
    "events", [OMIT, None, {}, [], LOGOUT, [LOGOUT], {LOGOUT: True}, {LOGOUT: None}, {LOGOUT + "/": {}}]
)
def test_it_refuses_another_event(events):
    assert judge(events={LOGOUT: {"more": 1}, "https://events.example/other": {}}).failed == ""
    assert refused_by(events=events) == "L8"


@pytest.mark.parametrize("nonce", ["the-nonce", "", None])
def test_it_refuses_a_nonce_whatever_it_is(nonce):
    assert refused_by(nonce=nonce) == "L9"


@pytest.mark.parametrize("claims", [{"nonce": "n"}, {}])
def test_an_id_token_is_no_logout_token_with_or_without_a_nonce(claims):
    id_token = {name: GOOD[name] for name in ("iss", "sub", "sid", "aud", "iat", "exp")} | claims
    token = jose.sign(id_token, key=key_of("acme"), typ=protocol.TYP_ID_TOKEN)
    assert refused_by(token=token) == "L8"


def test_an_id_jag_is_no_logout_token_even_for_us_and_with_the_event():
    assert refused_by(typ=protocol.TYP_ID_JAG, client_id="app-at-acme") == "L4"


@pytest.mark.spec("OI-11")
def test_it_refuses_a_jti_that_was_used_before():
    assert refused_by(claimed=[(ISSUER, "one")]) == "L10"
    assert judge(claimed=[("https://idp.example/globex", "one")]).failed == "", "another issuer's serial number"


@pytest.mark.parametrize("jti", [OMIT, "", None, 7, "x" * 256, "a\x00b"])
def test_it_refuses_a_jti_that_names_nothing(jti):
    assert refused_by(jti=jti) == "L10"


def test_the_first_wrong_thing_is_the_one_that_is_reported():
    """Everything wrong at once; then mended one by one, in the order of CHECKS."""
    wrong = {"token": "x", "iss": "https://evil.example", "key": key_of("mallory"), "typ": "at+jwt"}
    wrong |= {"aud": "another-app", "exp": NOW - 3600, "sub": "", "events": {}, "nonce": "n", "jti": ""}
    reported = []
    for mended in list(wrong):
        reported.append(refused_by(**wrong))
        del wrong[mended]
    assert reported == [check.number for check in CHECKS]


@pytest.mark.spec("OI-11")
def test_the_jti_is_claimed_after_everything_else():
    assert [check.name for check in CHECKS if check not in STATEMENT] == ["check_not_replayed"]
    assert CHECKS[-1].name == "check_not_replayed"


def test_a_check_that_fails_says_expected_and_found_and_never_the_token(caplog):
    token = jose.sign(GOOD | {"aud": "another-app"}, key=key_of("acme"), typ="logout+jwt")
    run = judge(token=token)
    assert "expected aud 'app-at-acme' alone, found 'another-app'" in run.reason
    assert "L5 check_audience failed" in caplog.text
    assert token.split(".")[1] not in caplog.text
