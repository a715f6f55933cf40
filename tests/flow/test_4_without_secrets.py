"""A demo whose Agent0 signs at both servers (``private_key_jwt``), and shares a secret with neither."""

import secrets
from collections.abc import Iterator

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.lab import ask_operator
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.wire import JWT_BEARER, Wire

AT_THE_IDP = """
import json
from idp_mock.directory.models import App
app = App.objects.get(client_id="agent0-at-acme")
print(json.dumps({"method": app.token_endpoint_auth_method, "secret": app.secret_hash, "jwks": app.jwks}))
"""
AT_TODO0 = """
import json
from xaa.jwt_bearer.models import CrossAppClient
print(json.dumps({"jwks": CrossAppClient.objects.get(application__client_id="agent0-at-todo0").jwks}))
"""


@pytest.fixture(scope="module")
def signing() -> Iterator[Demo]:
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(AGENT0_PRIVATE_KEY_JWT="1")) as demo:
        yield demo


@pytest.mark.spec("SEC-22")
def test_agent0_goes_the_whole_way_by_its_key_where_it_is_told_to(signing: Demo) -> None:
    visitor = Wire(signing).visitor()
    sign_in_at_agent0(visitor, signing, ALICE)
    for words in ("Add a todo: Burn the secrets", "Show my todos"):
        card = ask(visitor, signing, words)
        assert card.badge == "done", card.text


@pytest.mark.spec("SEC-22")
def test_both_servers_know_the_public_half_and_no_secret(signing: Demo) -> None:
    there, at_todo0 = ask_operator(signing, "idp_mock", AT_THE_IDP), ask_operator(signing, "todo0", AT_TODO0)
    assert (there["method"], there["secret"]) == ("private_key_jwt", "")
    assert there["jwks"] == at_todo0["jwks"]
    assert [sorted(key) for key in there["jwks"]["keys"]] == [["alg", "crv", "kid", "kty", "use", "x", "y"]]
    told = [one for one in signing.facts["clients"] if one["owner"] == "agent0"]
    ways = {(one["token_endpoint_auth_method"], one["client_secret"]) for one in told}
    assert ways == {("private_key_jwt", None)}


@pytest.mark.spec("SEC-22")
def test_a_secret_opens_nothing_there(signing: Demo) -> None:
    wire, todo0 = Wire(signing), signing.facts["todo0"]
    for endpoint, client_id, grant in (
        (wire.idp()["token_endpoint"], "agent0-at-acme", {"grant_type": "refresh_token", "refresh_token": "x"}),
        (todo0["token_endpoint"], "agent0-at-todo0", {"grant_type": JWT_BEARER, "assertion": "x"}),
    ):
        credentials = {"client_id": client_id, "client_secret": secrets.token_urlsafe(48)}
        answer = wire.post(endpoint, credentials | grant)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
