"""One test a check, by what it refuses; the unaltered ID Token passes in every one of them."""

import logging
import time

import pytest

from tests.xaa_signin.fake_idp import OMIT, key_of, merge
from xaa import jose
from xaa.checks import Verdict
from xaa.signin.connections import Connection
from xaa.signin.id_token import CHECKS, logger, verify_id_token
from xaa.signin.presented import IdTokenRejected

NOW = 1_800_000_000
ISSUER = "https://idp.example/acme"
CONNECTION = Connection("acme", "Acme", ISSUER, "app-at-acme", "secret")
GOOD = {
    "iss": ISSUER,
    "sub": "00u1alice",
    "aud": "app-at-acme",
    "exp": NOW + 600,
    "iat": NOW,
    "nonce": "the-nonce",
    "auth_time": NOW - 100,
}


def verify(
    *, key=None, typ="JWT", token="", max_age=None, acr_values="", now=NOW, connection=CONNECTION, **changes
):
    token = token or jose.sign(merge(GOOD, changes), key=key or key_of("acme"), typ=typ)
    keys = jose.KeySet.from_jwks({"keys": [jose.public_jwk(key_of("acme"))]})
    return verify_id_token(
        token,
        connection=connection,
        verify_signature=lambda raw: jose.verify(raw, keys=keys, algorithms=connection.algorithms),
        nonce="the-nonce",
        max_age=max_age,
        acr_values=acr_values,
        now=now,
        leeway=60,
    )


class Verdicts(logging.Handler):
    """Hears the verdicts as any page that shows them would."""

    def emit(self, record):
        self.heard.append(record.verdict)

    def __enter__(self):
        self.heard: list[Verdict] = []
        logger.addHandler(self)
        return self.heard

    def __exit__(self, *_):
        logger.removeHandler(self)


def refused_by(**override):
    """The name of the check that refuses; and the good one passes, so that the reason is the override."""
    verify()
    with Verdicts() as verdicts, pytest.raises(IdTokenRejected):
        verify(**override)
    return next(verdict.name.removeprefix("check_") for verdict in verdicts if verdict.outcome == "failed")


def test_it_accepts_the_unaltered_id_token():
    id_token = verify()
    assert (id_token.issuer, id_token.subject, id_token.expires_at) == (ISSUER, "00u1alice", NOW + 600)
    assert (id_token.sid, id_token.session_expires_at) == ("", None)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.b.c.d.e", "x" * 20_000, "ü.ü.ü", "..."])
def test_it_refuses_what_is_no_jwt(token):
    assert refused_by(token=token or ".") == "form"


@pytest.mark.spec("OI-01")
def test_it_refuses_the_signature_of_another_key():
    assert refused_by(key=key_of("mallory")) == "signature"


@pytest.mark.spec("OI-01")
def test_it_refuses_an_edited_payload():
    header, _, signature = jose.sign(GOOD, key=key_of("acme"), typ="JWT").split(".")
    _, payload, _ = jose.sign(GOOD | {"sub": "00u3carol"}, key=key_of("acme"), typ="JWT").split(".")
    assert refused_by(token=f"{header}.{payload}.{signature}") == "signature"


def test_it_refuses_an_algorithm_that_the_connection_does_not_allow():
    strict = Connection("acme", "Acme", ISSUER, "app-at-acme", "secret", algorithms=("RS256",))
    assert refused_by(connection=strict) == "signature"


def test_it_refuses_no_signature_at_all():
    import jwt

    assert refused_by(token=jwt.encode(GOOD, None, algorithm="none")) == "signature"


@pytest.mark.parametrize("typ", ["oauth-id-jag+jwt", "at+jwt", "logout+jwt", "JWT+x"])
def test_it_refuses_another_kind_of_jwt(typ):
    assert refused_by(typ=typ) == "type"


@pytest.mark.spec("OI-01", "OI-02")
@pytest.mark.parametrize(
    "iss", [OMIT, None, "", ISSUER + "/", ISSUER.upper(), "https://idp.example/globex", [ISSUER], {"iss": ISSUER}]
)
def test_it_refuses_another_issuer_down_to_the_slash(iss):
    assert refused_by(iss=iss) == "issuer"


@pytest.mark.spec("TN-09", "SR-02")
@pytest.mark.parametrize("tenant", [OMIT, None, "", "acme-france ", "ACME-FRANCE", "acme-japan", ["acme-france"]])
def test_it_refuses_another_company_of_the_same_issuer(tenant):
    for_france = Connection("acme", "Acme", ISSUER, "app-at-acme", "secret", tenant="acme-france")
    assert verify(connection=for_france, tenant="acme-france").subject == "00u1alice"
    with pytest.raises(IdTokenRejected, match="tenant"):
        verify(connection=for_france, tenant=tenant)


@pytest.mark.spec("TN-09")
@pytest.mark.parametrize("tenant", [None, "", "acme", "personal", "organization"])
def test_it_refuses_any_company_of_an_issuer_that_should_have_one(tenant):
    assert refused_by(tenant=tenant) == "tenant"


@pytest.mark.spec("OI-01")
@pytest.mark.parametrize(
    "aud",
    [
        OMIT,
        None,
        "",
        [],
        "another-app",
        "app-at-acme ",
        "APP-AT-ACME",
        7,
        ["app-at-acme", "another"],
        [["app-at-acme"]],
    ],
)
def test_it_refuses_an_audience_that_is_not_us_alone(aud):
    assert refused_by(aud=aud) == "audience"


@pytest.mark.parametrize("aud", [["app-at-acme"], ["app-at-acme", "app-at-acme"]])
def test_it_accepts_us_in_an_array(aud):
    assert verify(aud=aud).subject == "00u1alice"


@pytest.mark.spec("OI-01")
@pytest.mark.parametrize("azp", ["another-app", "", None, ["app-at-acme"]])
def test_it_refuses_an_authorized_party_that_is_not_us(azp):
    assert verify(azp="app-at-acme")
    assert refused_by(azp=azp) == "authorized_party"


@pytest.mark.spec("OI-01")
@pytest.mark.parametrize(
    "times",
    [
        {"exp": NOW - 60},
        {"exp": OMIT},
        {"exp": "soon"},
        {"exp": str(NOW + 600)},
        {"exp": True},
        {"exp": 10**400},
        {"exp": 1e300},
        {"exp": None},
        {"iat": OMIT},
        {"iat": NOW + 61},
        {"iat": -1},
        {"nbf": NOW + 61},
        {"nbf": "now"},
    ],
)
def test_it_refuses_times_that_are_not_now(times):
    assert refused_by(**times) == "times"


@pytest.mark.parametrize("times", [{"exp": NOW - 59}, {"iat": NOW + 60}, {"nbf": NOW + 60}, {"exp": NOW + 0.5}])
def test_it_lets_two_clocks_differ_by_a_minute(times):
    assert verify(**times).subject == "00u1alice"


@pytest.mark.spec("SEC-26", "OI-01")
@pytest.mark.parametrize("nonce", [OMIT, "", None, "another-nonce", ["the-nonce"], "thé-nonce"])
def test_it_refuses_another_nonce(nonce):
    assert refused_by(nonce=nonce) == "nonce"


@pytest.mark.spec("SU-06")
@pytest.mark.parametrize("auth_time", [OMIT, NOW - 361, "yesterday", None])
def test_it_refuses_an_old_sign_in_when_a_fresh_one_was_asked_for(auth_time):
    assert verify(max_age=300).subject == "00u1alice"
    assert verify(auth_time=OMIT).subject == "00u1alice", "nobody asked"
    assert refused_by(max_age=300, auth_time=auth_time) == "freshness"


def test_a_max_age_of_zero_is_a_max_age():
    assert refused_by(max_age=0) == "freshness"
    assert verify(max_age=0, auth_time=NOW).subject == "00u1alice"


@pytest.mark.spec("SU-06")
@pytest.mark.parametrize("acr", [OMIT, None, "", "urn:mf", "urn:mfa phr", "URN:MFA", ["urn:mfa"], 1, {"a": 1}])
def test_it_refuses_a_weaker_sign_in_than_was_asked_for(acr):
    assert verify(acr=acr).subject == "00u1alice", "nobody asked"
    for good in ("urn:mfa", "phr"):
        assert verify(acr_values="urn:mfa phr", acr=good).subject == "00u1alice"
    assert refused_by(acr_values="urn:mfa phr", acr=acr) == "context"


@pytest.mark.parametrize("sub", [OMIT, "", None, 7, ["00u1alice"], "x" * 256, "älice", "a\x00b"])
def test_it_refuses_a_subject_that_is_no_key(sub):
    assert refused_by(sub=sub) == "subject"


@pytest.mark.spec("OI-06")
@pytest.mark.parametrize("session_expiry", [NOW, NOW - 1, "never", None])
def test_it_refuses_a_session_that_is_over_already(session_expiry):
    assert verify(session_expiry=NOW + 1).session_expires_at == NOW + 1
    assert refused_by(session_expiry=session_expiry) == "session_expiry"


def test_the_first_wrong_thing_is_the_one_that_is_reported():
    """Everything wrong at once; then mended one by one, in the order of CHECKS."""
    wrong = {
        "iss": "https://evil.example",
        "tenant": "globex",
        "aud": "another-app",
        "azp": "another-app",
        "exp": NOW - 3600,
        "nonce": "another-nonce",
        "auth_time": NOW - 9999,
        "acr": "urn:pwd",
        "sub": "",
        "session_expiry": 0,
    }
    wrong |= {"token": ".", "key": key_of("mallory"), "typ": "at+jwt", "max_age": 300, "acr_values": "urn:mfa"}
    mendings = "token key typ iss tenant aud azp exp nonce max_age acr_values sub session_expiry"
    reported = []
    for mended in mendings.split():
        reported.append(refused_by(**wrong))
        del wrong[mended]
        if mended == "max_age":
            del wrong["auth_time"]
    assert reported == [check.name.removeprefix("check_") for check in CHECKS]


def test_a_check_that_fails_says_expected_and_found_and_never_the_token():
    token = jose.sign(GOOD | {"aud": "another-app"}, key=key_of("acme"), typ="JWT")
    with pytest.raises(IdTokenRejected) as caught:
        verify(token=token)
    assert "expected aud 'app-at-acme' alone, found 'another-app'" in str(caught.value)
    assert token.split(".")[1] not in str(caught.value)


def test_the_clock_is_the_callers():
    assert verify(now=NOW + 659).subject == "00u1alice"
    with pytest.raises(IdTokenRejected):
        verify(now=time.time() + 10**9)
