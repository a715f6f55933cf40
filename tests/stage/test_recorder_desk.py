"""R-3, the token desk: it reads, verifies and judges a pasted token, and leaves no trace of it anywhere."""

import base64
import json
import logging
import re
import time

import pytest
import responses

from stage.control.push import DOORS
from stage.kit import addresses
from stage.kit.telemetry.redaction.notes import SIGNATURE
from xaa import jose, protocol

pytestmark = pytest.mark.django_db
ISSUER = f"{addresses.IDP_URL}/acme"
KEY = jose.generate_signing_key("ES256")
REHEARSE = next(door.url for door in DOORS if door.place == "todo0") + "/-/stage/rehearse"
VERDICTS = [
    {"number": "R3", "name": "check_format", "title": "a signed JWT", "outcome": "passed", "note": ""},
    {"number": "R4", "name": "check_type", "title": "typ", "outcome": "failed",
     "note": "typ: expected 'oauth-id-jag+jwt', found 'JWT'"},
    {"number": "R5", "name": "check_issuer", "title": "issuer", "outcome": "not reached", "note": ""},
]  # fmt: skip


def mint(*, issuer=ISSUER, key=KEY, typ=protocol.TYP_ID_JAG):
    claims = {"iss": issuer, "sub": "00u1alice", "aud": addresses.TODO0_URL, "exp": int(time.time()) + 300}
    return jose.sign(claims, key=key, typ=typ)


@pytest.fixture(autouse=True)
def parties(settings):
    settings.STAGE_KEY = "k"
    metadata = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for url in (
            f"{ISSUER}/.well-known/openid-configuration",
            f"{addresses.IDP_URL}/.well-known/oauth-authorization-server/acme",
        ):
            mock.get(url, json=metadata)
        mock.get(f"{ISSUER}/keys", json={"keys": [jose.public_jwk(KEY)]})
        mock.post(REHEARSE, json={"verdicts": VERDICTS, "refused_by": "R4"})
        yield mock


def paste(browser, token, status=200, **more):
    answer = browser.post("/recorder/desk", {"token": token, "client": "agent0-at-todo0", **more})
    assert answer.status_code == status
    return answer.content.decode()


def test_a_good_token_is_read_verified_and_judged(client):
    html = paste(client, mint())
    assert "signature good" in html
    assert "Alice Anders" in html
    assert re.search(r'check__number">R4<', html)
    assert "Why it exists" in html


def test_a_strangers_signature_is_told(client):
    stranger = jose.generate_signing_key("ES256")
    assert "signature bad" in paste(client, mint(key=stranger))


def test_an_issuer_that_nobody_knows_is_not_asked(client, parties):
    html = paste(client, mint(issuer="https://evil0.example"))
    assert "signature not checked" in html
    assert "Nobody here is configured to trust https://evil0.example" in html
    assert [call.request.url for call in parties.calls] == [REHEARSE]


def test_keys_that_cannot_be_had_are_no_verdict(client, parties):
    parties.replace("GET", f"{ISSUER}/keys", status=503)
    assert "signature not checked" in paste(client, mint())


def test_a_todo0_that_is_down_judges_nothing(client, parties):
    parties.replace("POST", REHEARSE, status=503)
    html = paste(client, mint())
    assert "Todo0 does not answer, so nobody judged it" in html
    assert "signature good" in html


@pytest.mark.parametrize("token", ["", "a.b", "not a token", "e30.e30.e30.e30.e30", "x" * 20_000, "{}"])
def test_what_is_no_token_is_refused_with_what_was_expected(client, token):
    html = paste(client, token, status=400)
    assert re.search(r"Expected|at most", html)


def test_a_client_that_there_is_not_is_refused(client):
    assert "chip--id-jag" not in paste(client, mint(), status=400, client="nobody")


def test_what_was_pasted_is_never_shown_logged_or_kept(client, caplog, django_assert_num_queries):
    token = mint()
    parts = token.split(".")
    with caplog.at_level(logging.DEBUG), django_assert_num_queries(0):
        html = paste(client, token)
    for text in (html, caplog.text):
        assert parts[1] not in text
        assert parts[2] not in text
    assert "<textarea" in html
    assert re.search(r"<textarea[^>]*>\s*</textarea>", html), "the field is empty again"


def test_the_answer_is_not_stored_on_the_way(client):
    answer = client.post("/recorder/desk", {"token": mint(), "client": "agent0-at-todo0"})
    assert "no-store" in answer.headers["Cache-Control"]


def test_it_comes_in_no_address(client):
    token = mint()
    html = client.get("/recorder/desk", {"token": token}).content.decode()
    assert token not in html
    assert "chip--id-jag" not in html
    assert re.search(r'<form method="post" action="/recorder/desk"', html)


def test_spaces_and_the_scheme_around_a_token_are_forgiven(client):
    token = mint()
    assert "signature good" in paste(client, f"  Bearer {token[:40]}\n  {token[40:]} ")


def test_what_the_recorder_shows_can_be_pasted_and_has_no_good_signature(client):
    html = paste(client, f"{mint().rpartition('.')[0]}.{SIGNATURE}")
    assert "Alice Anders" in html
    assert "signature good" not in html


def test_a_claim_that_is_not_known_is_said_to_be_ignored(client):
    header, _, signature = mint().split(".")
    claims = base64.urlsafe_b64encode(json.dumps({"iss": ISSUER, "colour": "blue"}).encode()).decode().rstrip("=")
    assert "Nobody here knows this member" in paste(client, f"{header}.{claims}.{signature}")
