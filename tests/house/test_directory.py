"""``demo --json`` gives a program everything it needs, with endpoints as the running parties publish them."""

import http.server
import json
import threading

import pytest

from stage.door import demo_env, directory

DOCUMENT = {
    "issuer": "from-the-metadata",
    "authorization_endpoint": "https://idp.example/authorize",
    "token_endpoint": "https://idp.example/token",
    "jwks_uri": "https://idp.example/keys",
    "scopes_supported": ["openid"],
    "op_policy_uri": "https://idp.example/not-an-endpoint",
}


class Metadata(http.server.BaseHTTPRequestHandler):
    """Answers every request with the same metadata document, as each party would with its own."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(DOCUMENT).encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture
def facts(monkeypatch, tmp_path):
    monkeypatch.setenv("DEMO_VAR", str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    environment = {f"{party}_URL": url for party in ("STAGE", "AGENT0", "TODO0", "IDP", "TODO0_MCP")}
    yield directory.build({"agent0": environment, "idp_mock": environment})
    server.shutdown()
    server.server_close()


def test_it_has_the_promised_keys_and_fits_one_line(facts):
    assert set(facts) == {"stage", "agent0", "todo0", "idp", "clients", "people"}
    assert "\n" not in json.dumps(facts)


def test_endpoints_are_those_of_the_metadata(facts):
    assert facts["idp"]["authorization_endpoint"] == DOCUMENT["authorization_endpoint"]
    assert facts["idp"]["enterprises"]["globex"]["jwks_uri"] == DOCUMENT["jwks_uri"]
    assert facts["todo0"]["token_endpoint"] == DOCUMENT["token_endpoint"]
    assert "op_policy_uri" not in facts["idp"]


def test_every_client_comes_with_its_secret_and_its_owner(facts):
    secrets = demo_env.load_secrets()
    found = {(one["owner"], one["place"]): one["client_secret"] for one in facts["clients"]}
    assert found["agent0", "todo0"] == secrets["AGENT0_RESOURCE_CLIENT_SECRET"]
    assert found["evil0", "acme"] == secrets["EVIL0_IDP_CLIENT_SECRET"]
    assert all(one["client_id"] and one["issuer"] for one in facts["clients"])


def test_people_come_with_passwords(facts):
    assert {one["key"] for one in facts["people"]} >= {"alice", "bob", "carol", "dan", "eve"}
    assert all(one["password"] and one["email"] for one in facts["people"])
