"""The token endpoint's door: method, form, client, grant; before any grant's own rules."""

import base64
from urllib.parse import quote_plus

import pytest
from django.http import HttpResponse
from django.test import Client

from idp_mock.directory.models import App
from tests.idp_mock.app_side import AGENT0, FORM, TODO0, VERIFIER, ask_token, redeem, sign_in
from xaa import protocol

pytestmark = pytest.mark.django_db
URL = "/acme/token"

COUNTED = 1  # a failure is counted, in one statement (xaa.throttle)


def post(
    client: Client, body: str | bytes, *, url: str = URL, content_type: str = FORM, **headers: str
) -> HttpResponse:
    return client.post(url, body, content_type=content_type, headers=headers)


def basic(client_id: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"


def is_uncached(response: HttpResponse) -> bool:
    return response["Cache-Control"] == "no-store" and response["Pragma"] == "no-cache"


@pytest.mark.spec("SEC-31")
@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head", "options"])
def test_it_knows_post_only(client: Client, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 405


@pytest.mark.spec("TR-09", "SEC-31")
def test_no_cache_may_keep_an_answer_good_or_bad(browser: Client) -> None:
    assert is_uncached(redeem(browser, sign_in(browser)["code"]))
    assert is_uncached(redeem(browser, "wrong"))
    assert is_uncached(post(browser, "grant_type=x", Authorization=basic("a", "b")))
    assert is_uncached(post(browser, "{}", content_type="application/json"))


def test_it_takes_the_secret_in_the_header_or_in_the_form(browser: Client) -> None:
    assert redeem(browser, sign_in(browser)["code"]).status_code == 200
    in_form = {
        "grant_type": "authorization_code",
        "code": sign_in(browser)["code"],
        "redirect_uri": AGENT0.redirect_uri,
        "code_verifier": VERIFIER,
        "client_id": AGENT0.client_id,
        "client_secret": AGENT0.secret,
    }
    body = "&".join(f"{name}={value}" for name, value in in_form.items())
    assert post(browser, body).status_code == 200


def test_the_header_is_form_encoded_before_base64(client: Client, agent0: App) -> None:
    secret = "with space+plus%percent:colon/ü"
    agent0.set_secret(secret)
    agent0.save()
    good = post(client, "grant_type=x", Authorization=basic(AGENT0.client_id, quote_plus(secret)))
    assert good.json()["error"] == "unsupported_grant_type"
    raw = post(client, "grant_type=x", Authorization=basic(AGENT0.client_id, secret))
    assert raw.json()["error"] == "invalid_client"


@pytest.mark.spec("SEC-18")
@pytest.mark.parametrize(
    "extra",
    [
        "client_secret=anything",
        f"client_id={AGENT0.client_id}&client_secret=anything",
        "client_id=somebody-else",
        "client_assertion=x&client_assertion_type=y",
    ],
)
def test_it_refuses_two_ways_of_authenticating_at_once(client: Client, extra: str) -> None:
    response = post(client, f"grant_type=x&{extra}", Authorization=AGENT0.basic)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_the_client_id_may_be_repeated_in_the_form(client: Client) -> None:
    response = post(client, f"grant_type=x&client_id={AGENT0.client_id}", Authorization=AGENT0.basic)
    assert response.json()["error"] == "unsupported_grant_type"


@pytest.mark.spec("SEC-17", "TR-10")
def test_an_unknown_client_and_a_wrong_secret_look_the_same(
    client: Client, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(2 + COUNTED):
        unknown = post(client, "grant_type=x", Authorization=basic("nobody", "secret"))
    with django_assert_num_queries(2 + COUNTED):
        wrong = post(client, "grant_type=x", Authorization=basic(AGENT0.client_id, "secret"))
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.content == wrong.content
    assert unknown.headers == wrong.headers
    assert unknown.json()["error"] == "invalid_client"
    assert unknown["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.spec("TX-24", "TR-10")
@pytest.mark.parametrize(
    "body",
    [
        "grant_type=x",
        "grant_type=x&client_id=agent0-at-acme",
        "grant_type=x&client_id=agent0-at-acme&client_secret=",
        "grant_type=x&client_id=agent0-at-acme&client_secret=wrong",
        "grant_type=x&client_assertion=x&client_assertion_type=y",
    ],
)
def test_without_a_header_a_401_names_no_scheme(client: Client, body: str) -> None:
    response = post(client, body)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" not in response


@pytest.mark.parametrize(
    "header",
    [
        "Bearer abc",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"a\0b:c").decode(),
        "Basic " + base64.b64encode(b"%00:c").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "x" * 5000,
        "é",
    ],
)
def test_it_refuses_a_broken_authorization_header(client: Client, header: str) -> None:
    response = post(client, "grant_type=x", Authorization=header)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


def test_a_client_of_one_enterprise_is_unknown_at_another(client: Client) -> None:
    response = post(client, "grant_type=x", url="/globex/token", Authorization=AGENT0.basic)
    assert response.status_code == 401


@pytest.mark.parametrize("url", ["/nobody/token", "/nobody/oauth2/v1/token"])
def test_an_unknown_tenant_is_a_404_in_json(client: Client, url: str) -> None:
    response = post(client, "grant_type=x", url=url, Authorization=AGENT0.basic)
    assert response.status_code == 404
    assert response.json()["error"] == "unknown_tenant"


@pytest.mark.spec("TX-01")
def test_it_names_what_is_missing_or_unknown(client: Client) -> None:
    assert ask_token(client, code="x").json()["error"] == "invalid_request"
    assert ask_token(client, grant_type="").json()["error"] == "invalid_request"
    for grant_type in ("password", "client_credentials", "implicit", protocol.GRANT_JWT_BEARER, "x" * 5000):
        assert ask_token(client, grant_type=grant_type).json()["error"] == "unsupported_grant_type"


@pytest.mark.spec("TX-25")
def test_it_refuses_a_grant_the_client_is_not_registered_for(client: Client) -> None:
    response = ask_token(client, TODO0, grant_type=protocol.GRANT_TOKEN_EXCHANGE)
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.spec("TX-32")
@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "whatever", "resource", "audience"])
def test_it_refuses_a_doubled_parameter(browser: Client, name: str) -> None:
    code = sign_in(browser)["code"]
    good = f"grant_type=authorization_code&code={code}&redirect_uri={AGENT0.redirect_uri}&code_verifier={VERIFIER}"
    for bad in (f"{good}&{name}=a&{name}=b", f"{good}&{name}=".encode() + b"\xe9"):
        assert post(browser, bad, Authorization=AGENT0.basic).json()["error"] == "invalid_request"
    assert post(browser, f"{good}&unknown=ignored&code_x=", Authorization=AGENT0.basic).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=\xff\xfe",
        b"grant_type=%FF",
        b"grant_type=a%00b",
        b"gr\x00ant_type=a",
        b"grant_type=a%0Ab",
        b"\xff" * 100,
        b"&" * 2000,
        b"a=b&" * 1500,
        b"grant_type=" + b"x" * 200_000,
        b"%",
        b"=",
        b"",
        b"grant_type=x;client_id=y",
    ],
)
def test_no_garbage_brings_it_down(client: Client, body: bytes) -> None:
    response = post(client, body, Authorization=AGENT0.basic)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_request", "unsupported_grant_type")
    assert is_uncached(response)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        FORM + "; charset=utf-16",
        "x" * 500,
    ],
)
def test_it_reads_forms_only(client: Client, content_type: str) -> None:
    response = post(client, b"grant_type=x", content_type=content_type, Authorization=AGENT0.basic)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_a_charset_of_utf_8_is_a_form_too(client: Client) -> None:
    response = post(client, b"grant_type=x", content_type=FORM + "; charset=UTF-8", Authorization=AGENT0.basic)
    assert response.json()["error"] == "unsupported_grant_type"


def test_credentials_in_the_query_count_for_nothing(client: Client) -> None:
    url = f"{URL}?client_id={AGENT0.client_id}&client_secret={AGENT0.secret}"
    assert post(client, b"grant_type=x", url=url).status_code == 401


def test_the_okta_shaped_address_is_the_same_endpoint(client: Client) -> None:
    response = post(client, b"grant_type=x", url="/acme/oauth2/v1/token", Authorization=AGENT0.basic)
    assert response.json()["error"] == "unsupported_grant_type"


@pytest.mark.spec("SEC-17")
def test_no_secret_is_stored_and_none_is_hashed_slowly(agent0: App) -> None:
    assert AGENT0.secret not in agent0.secret_hash
    assert agent0.secret_hash.startswith("sha256$")
    assert agent0.secret_hash.split("$")[1] != App.objects.get(client_id=TODO0.client_id).secret_hash.split("$")[1]
