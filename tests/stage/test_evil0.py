"""Evil0, whom the stage plays: its own credentials, its own requests, and nothing of anybody else's kept."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.test import Client

from stage.faults import evil0
from stage.kit import addresses, people
from stage.kit.registrations import EVIL0_REDIRECT_URI
from stage.recorder.models import Record
from stage.recorder.trace import load_trace
from tests import builders
from tests.stage.conftest import KEY
from xaa import protocol

TRACE, SPAN = "ab" * 16, "cd" * 8
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
ISSUER = f"{addresses.IDP_URL}/acme"
TODO0 = addresses.TODO0_URL


@pytest.fixture(autouse=True)
def _staged(settings: Any, db: None) -> Any:
    settings.STAGE_KEY = KEY
    evil0._directory.cache_clear()
    yield
    evil0._directory.cache_clear()


@pytest.fixture
def servers(wire: responses.RequestsMock) -> responses.RequestsMock:
    """Todo0's authorization server and Acme's IdP, as far as Evil0 goes there."""
    of_todo0 = {"issuer": TODO0, "token_endpoint": f"{TODO0}/oauth/token"}
    wire.get(f"{TODO0}/.well-known/oauth-authorization-server", json=of_todo0)
    of_acme = {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "authorization_endpoint": f"{ISSUER}/authorize",
    }
    for path in (
        "/acme/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/acme",
    ):
        wire.get(f"{addresses.IDP_URL}{path}", json=of_acme)
    return wire


def ask(command: str, key: str = KEY, **body: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return Client().post(f"/-/evil0/{command}", json.dumps(body), content_type="application/json", headers=headers)


def sent_to(wire: responses.RequestsMock, url: str) -> Any:
    return next(call.request for call in wire.calls if call.request.url == url and call.request.method == "POST")


@pytest.mark.parametrize("key", ["", "wrong"])
def test_nobody_without_the_stages_key_has_it_do_anything(key: str) -> None:
    assert ask("redeem", key, assertion="a.b.c").status_code == 404
    assert ask("id-token", key).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"assertion": ""}, {"assertion": "a b"}, {"assertion": "a.b.c", "traceparent": "x"}]
)
def test_it_refuses_what_is_no_stolen_token(body: dict[str, str]) -> None:
    assert ask("redeem", **body).status_code == 400


def test_it_presents_what_was_stolen_with_its_own_credentials(servers: responses.RequestsMock) -> None:
    servers.post(f"{TODO0}/oauth/token", status=400, json={"error": "invalid_grant"})
    stolen = builders.build_id_jag()
    assert ask("redeem", assertion=stolen, traceparent=TRACEPARENT).json() == {"status": 400}
    request = sent_to(servers, f"{TODO0}/oauth/token")
    form = {name: values[0] for name, values in parse_qs(request.body).items()}
    assert form == {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": stolen}
    name, _, secret = base64.b64decode(request.headers["Authorization"].split()[1]).decode().partition(":")
    assert name == "evil0-at-todo0"
    assert secret.startswith("test-only-evil0")


def test_what_it_did_is_in_the_trace_it_stole_from_without_a_signature_or_a_secret(
    servers: responses.RequestsMock,
) -> None:
    servers.post(f"{TODO0}/oauth/token", status=400, json={"error": "invalid_grant"})
    stolen = builders.build_id_jag()
    ask("redeem", assertion=stolen, traceparent=TRACEPARENT)
    record = Record.objects.get()
    assert (record.trace_id, record.parent_span_id, record.place, record.kind) == (TRACE, SPAN, "evil0", "client")
    assert record.exchange["response"]["status"] == 400
    everything = json.dumps(record.exchange)
    assert stolen.rpartition(".")[0] in everything
    assert stolen.rpartition(".")[2] not in everything
    assert "test-only-evil0" not in everything
    assert base64.b64encode(b"evil0-at-todo0:").decode().rstrip("=")[:16] not in everything
    carried = sent_to(servers, f"{TODO0}/oauth/token").headers["traceparent"]
    assert carried == f"00-{TRACE}-{record.span_id}-01"
    (hop,) = load_trace(TRACE).hops
    assert (hop.number, hop.origin.name, hop.outcome) == ("11", "Evil0", "failed")


def test_without_a_trace_nothing_is_recorded_and_the_theft_is_tried_all_the_same(
    servers: responses.RequestsMock,
) -> None:
    servers.post(f"{TODO0}/oauth/token", status=400, json={"error": "invalid_grant"})
    assert ask("redeem", assertion=builders.build_id_jag()).json() == {"status": 400}
    assert not Record.objects.exists()


def test_a_server_that_does_not_answer_is_no_error_of_ours(servers: responses.RequestsMock) -> None:
    assert ask("redeem", assertion=builders.build_id_jag(), traceparent=TRACEPARENT).json() == {"status": 0}
    assert Record.objects.get().exchange["response"] is None


def test_eve_signs_in_to_it_and_the_id_token_is_given_away(servers: responses.RequestsMock) -> None:
    page = (
        '<form method="post"><input name="login"><input name="password" type="password"><button>Go</button></form>'
    )
    servers.get(f"{ISSUER}/authorize", body=page, content_type="text/html")

    def sign_in(request: Any) -> Any:
        typed = {name: values[0] for name, values in parse_qs(request.body).items()}
        assert typed == {"login": people.EVE.email, "password": people.EVE.password}
        return 303, {"Location": f"{EVIL0_REDIRECT_URI}?code=the-code&state=x"}, ""

    servers.add_callback(responses.POST, f"{ISSUER}/authorize", callback=sign_in)
    servers.post(f"{ISSUER}/token", json={"id_token": "eves-id-token"})
    assert ask("id-token").json() == {"id_token": "eves-id-token"}
    form = parse_qs(sent_to(servers, f"{ISSUER}/token").body)
    assert (form["code"], form["redirect_uri"]) == (["the-code"], [EVIL0_REDIRECT_URI])
    asked = parse_qs(
        urlsplit(next(call.request.url for call in servers.calls if "/authorize?" in call.request.url)).query
    )
    assert asked["client_id"] == ["evil0-at-acme"]
    assert asked["code_challenge_method"] == ["S256"]


def test_where_eve_cannot_sign_in_there_is_nothing_to_give_away(servers: responses.RequestsMock) -> None:
    servers.get(f"{ISSUER}/authorize", status=500, body="", content_type="text/html")
    assert ask("id-token").json() == {"id_token": ""}
