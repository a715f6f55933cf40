"""The eleven things that mozilla-django-oidc 5.0.2 does by default, each refused or put right here.

Every one was seen with the library's own views and backend. The good twin of them all is the first test.
"""

import time

import pytest
from django.contrib.auth.models import User

from tests.xaa_signin.fake_idp import OMIT, key_of
from xaa import jose
from xaa.signin import conf
from xaa.signin.backend import SignInBackend
from xaa.signin.start import StartView


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root", "alice@acme.example", "a-password-of-root")


def test_the_unaltered_sign_in_succeeds(browser, acme, superuser):
    assert browser.sign_in(acme).status_code == 302
    assert browser.who() not in ("nobody", "root")


@pytest.mark.spec("OI-01")
def test_1_it_refuses_an_id_token_made_for_another_app(browser, acme):
    """Stock: ``jwt.decode(..., options={"verify_aud": False})``."""
    acme.claims = {"aud": "another-app"}
    assert_refused(browser, browser.sign_in(acme), status=403, reference="id_token_refused")


@pytest.mark.spec("OI-01", "OI-02")
def test_2_it_refuses_an_id_token_of_another_issuer(browser, acme):
    """Stock: the issuer is not looked at."""
    acme.claims = {"iss": "https://another-idp.example"}
    assert_refused(browser, browser.sign_in(acme), status=403, reference="id_token_refused")


@pytest.mark.spec("OI-04")
def test_3_it_refuses_userinfo_about_somebody_else(browser, acme, connect):
    """Stock: UserInfo decides who somebody is, and its ``sub`` is not compared."""
    connect(wants_userinfo=True)
    acme.userinfo = {"sub": "00u3carol", "email": "carol@acme.example"}
    assert_refused(browser, browser.sign_in(acme), status=403, reference="userinfo_refused")


@pytest.mark.spec("OI-03")
@pytest.mark.parametrize("verified", [False, True, OMIT])
def test_4_an_email_equal_to_a_superusers_makes_nobody_that_superuser(browser, acme, superuser, verified):
    """Stock: users are found by e-mail, whatever its case, verified or not."""
    acme.claims = {"email": "ALICE@acme.example", "email_verified": verified}
    assert browser.sign_in(acme).status_code == 302
    signed_in = User.objects.get(username=browser.who())
    assert signed_in != superuser
    assert not signed_in.is_superuser


@pytest.mark.spec("OI-01")
def test_5_an_expired_id_token_is_a_page_and_no_500(browser, acme):
    """Stock: ``ExpiredSignatureError`` is not caught."""
    acme.claims = {"exp": int(time.time()) - 3600}
    assert_refused(browser, browser.sign_in(acme), status=403, reference="id_token_refused")


def test_6_keys_without_kid_are_no_500(browser, acme):
    """Stock: ``KeyError: 'kid'``."""
    bare = {name: value for name, value in jose.public_jwk(acme.key).items() if name != "kid"}
    acme.jwks = {"keys": [bare]}
    assert_refused(browser, browser.sign_in(acme), status=403, reference="id_token_refused")


def test_6_an_id_token_without_kid_is_verified_with_the_only_key_or_not_at_all(browser, acme):
    """Stock: ``KeyError: 'kid'`` again."""
    acme.without_kid = True
    assert browser.sign_in(acme).status_code == 302
    browser.logout()
    conf.issuer_directory.cache_clear()
    acme.jwks = {"keys": [jose.public_jwk(key) for key in (acme.key, key_of("another"))]}
    assert browser.sign_in(acme).status_code == 403


@pytest.mark.parametrize(
    ("status", "body", "expected", "reference"),
    [
        (400, {"error": "invalid_grant"}, 400, "code_refused"),
        (401, {"error": "invalid_client"}, 502, "client_refused"),
        (401, {}, 502, "client_refused"),
        (400, {"error": "invalid_request"}, 502, "tokens_unusable"),
        (500, b"<h1>Oops</h1>", 503, "idp_unavailable"),
        (200, b"not json", 502, "tokens_unusable"),
        (200, {"access_token": "at"}, 502, "tokens_unusable"),
        (302, {}, 502, "tokens_unusable"),
    ],
)
def test_7_a_refusal_by_the_token_endpoint_is_a_page(browser, acme, status, body, expected, reference):
    """Stock: ``requests.HTTPError``."""
    acme.token_answer = (status, body)
    assert_refused(browser, browser.sign_in(acme), status=expected, reference=reference)


def test_8_the_second_person_in_the_same_browser_keeps_her_tokens(browser, acme, rf):
    """Stock: tokens are stored before ``login()``, which flushes the first person's session and them with it."""
    browser.sign_in(acme)
    first = browser.who()
    acme.subject = "00u2bob"
    browser.sign_in(acme)
    assert browser.who() not in (first, "nobody")
    request = rf.get("/")
    request.session = browser.session
    kept = conf.token_store().id_token_hint(request)
    assert jose.peek(kept).unverified_claims["sub"] == "00u2bob"


@pytest.mark.spec("SEC-25")
@pytest.mark.parametrize("state", [None, "", "made-up"])
def test_9_an_error_that_nobody_asked_for_signs_nobody_out(browser, acme, state):
    """Stock: ``GET callback?error=x`` logs out whoever is signed in, whatever the state."""
    browser.sign_in(acme)
    alice, pending = browser.who(), acme.authorize(browser.start())
    answer = {"error": "access_denied", "error_description": "Call 555-1234 to unlock your account."}
    response = browser.come_back(answer if state is None else answer | {"state": state})
    assert (response.status_code, browser.who()) == (400, alice)
    assert "555-1234" not in response.content.decode()
    assert browser.come_back(pending).status_code == 302, "an attempt under way goes on"


def test_10_keys_are_fetched_once_and_not_at_every_sign_in(browser, acme):
    """Stock: one JWKS request a sign-in."""
    for _ in range(3):
        browser.sign_in(acme)
    assert acme.calls.count("/jwks") == 1
    assert acme.calls.count("/.well-known/openid-configuration") == 1


def test_10_an_idp_that_hangs_is_a_page_within_the_time_limit(browser, acme, settings):
    """Stock: ``OIDC_TIMEOUT`` is None, so a worker waits for ever."""
    settings.SIGNIN_HTTP_TIMEOUT = 0.2
    answer = acme.authorize(browser.start())
    acme.delay = 1.0
    started_at = time.monotonic()
    response = browser.come_back(answer)
    assert time.monotonic() - started_at < 0.9
    assert_refused(browser, response, status=503, reference="idp_unavailable")


@pytest.mark.spec("SEC-27", "MC-16")
@pytest.mark.parametrize("iss", ["https://another-idp.example", "", OMIT])
def test_11_an_answer_of_another_idp_is_refused(browser, acme, iss):
    """Stock: RFC 9207's ``iss`` is ignored. Acme promises it in its metadata, so its absence is wrong, too."""
    answer = acme.authorize(browser.start(), iss=iss)
    assert_refused(browser, browser.come_back(answer), status=400, reference="wrong_sender")
    assert "/token" not in acme.calls


@pytest.mark.spec("SEC-27", "MC-16")
def test_11_iss_is_compared_even_where_the_metadata_does_not_promise_it(browser, acme):
    acme.metadata = {"authorization_response_iss_parameter_supported": OMIT}
    assert browser.come_back(acme.authorize(browser.start(), iss=OMIT)).status_code == 302
    answer = acme.authorize(browser.start(), iss=f"{acme.issuer}/")
    assert browser.come_back(answer).status_code == 400


def test_12_a_user_who_is_switched_off_loses_her_session(browser, acme):
    """Stock: ``get_user`` does not look at ``is_active``, so her sessions go on."""
    browser.sign_in(acme)
    User.objects.update(is_active=False)
    assert browser.who() == "nobody"


def test_the_librarys_switches_cannot_be_turned_off_and_a_new_one_is_noticed(browser, acme, settings):
    settings.OIDC_USE_PKCE = settings.OIDC_USE_NONCE = False
    settings.OIDC_ALLOW_UNSECURED_JWT = True
    settings.OIDC_RP_SCOPES = "openid admin"
    location = browser.start()
    assert "code_challenge_method=S256" in location
    assert "nonce=" in location
    assert "admin" not in location
    for asked in (SignInBackend().get_settings, StartView().get_settings):
        with pytest.raises(KeyError):
            asked("OIDC_SWITCH_OF_THE_NEXT_RELEASE", "its default")


def assert_refused(browser, response, *, status, reference):
    """A page with that status and reference, and nobody signed in."""
    page = response.content.decode()
    assert response.status_code == status, page
    assert reference in page
    assert "Who can mend it" in page
    assert browser.who() == "nobody"
    assert not User.objects.filter(is_superuser=False).exists()
