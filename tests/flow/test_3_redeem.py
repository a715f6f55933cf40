"""Leg 3: Todo0's authorization server turns the ID-JAG into an access token for its own API (ID-JAG §4.4)."""

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo
from tests.flow.lab import ask_operator
from tests.flow.wire import Client, Wire, error_of, read_jwt

ROTATE = """
from idp_mock import clock
from idp_mock.directory.models import Enterprise
from idp_mock.keys import keystore
keystore.rotate(Enterprise.objects.get(slug="acme"), now=clock.now())
print("{}")
"""


@pytest.mark.spec("MD-03", "MD-04")
def test_the_metadata_says_that_id_jags_are_understood(wire: Wire, demo: Demo) -> None:
    document = wire.get(demo.facts["todo0"]["metadata_url"]).json()
    assert document["issuer"] == demo.facts["todo0"]["issuer"]
    assert document["authorization_grant_profiles_supported"] == ["urn:ietf:params:oauth:grant-profile:id-jag"]
    assert "urn:ietf:params:oauth:grant-type:jwt-bearer" in document["grant_types_supported"]


@pytest.mark.spec("AT-01", "AT-02", "AT-03", "AT-05", "AT-06", "RF-01")
def test_the_answer_tells_what_the_token_is_for_and_brings_no_refresh_token(
    wire: Wire, demo: Demo, agent0_there: Client, id_jag: str
) -> None:
    answer = wire.redeem(agent0_there, id_jag)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json()
    assert (body["token_type"], body["scope"]) == ("Bearer", "todos.read todos.write")
    assert body["resource"] == demo.facts["todo0"]["resource"]
    assert 0 < body["expires_in"] <= 300
    assert "refresh_token" not in body


@pytest.mark.spec("AT-07", "AT-08", "AT-09", "AT-12", "AT-13")
def test_the_access_token_is_todo0s_own_for_its_api_and_its_own_account(
    wire: Wire, demo: Demo, agent0_there: Client, access_token: str
) -> None:
    header, claims = read_jwt(access_token)
    todo0 = demo.facts["todo0"]
    assert header["typ"] == "at+jwt"
    assert header["kid"] in [key["kid"] for key in wire.get(todo0["jwks_uri"]).json()["keys"]]
    assert (claims["iss"], claims["aud"]) == (todo0["issuer"], todo0["resource"])
    assert (claims["client_id"], claims["scope"]) == (agent0_there.client_id, "todos.read todos.write")
    assert claims["sub"] != ALICE.sub
    assert {"iat", "exp", "jti"} <= claims.keys()


@pytest.mark.spec("RD-27")
def test_a_client_may_ask_for_less_than_the_id_jag_says_and_not_for_more(
    wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    less = wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"]), scope="todos.read")
    assert less.json()["scope"] == "todos.read"
    narrow = wire.id_jag(agent0, alice["id_token"], scope="todos.read")
    more = wire.redeem(agent0_there, narrow, scope="todos.read todos.write")
    assert error_of(more) == (400, "invalid_scope")
    assert wire.redeem(agent0_there, narrow).status_code == 200


@pytest.mark.spec("RD-26")
def test_a_resource_that_todo0_does_not_have_is_no_target(wire: Wire, agent0_there: Client, id_jag: str) -> None:
    answer = wire.redeem(agent0_there, id_jag, resource="https://mail0.example/api")
    assert error_of(answer) == (400, "invalid_target")
    assert wire.redeem(agent0_there, id_jag).status_code == 200


def test_the_secret_may_come_in_the_header_instead_of_the_form(
    wire: Wire, demo: Demo, agent0_there: Client, id_jag: str
) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": id_jag}
    credentials = (agent0_there.client_id, agent0_there.client_secret)
    assert wire.post(demo.facts["todo0"]["token_endpoint"], form, auth=credentials).status_code == 200


def introspect(wire: Wire, client: Client, token: str) -> dict[str, object]:
    form = {"token": token, **client.credentials()}
    return dict(wire.post(wire.demo.facts["todo0"]["introspection_endpoint"], form).json())


@pytest.mark.spec("RS-08", "RS-11", "RS-13")
def test_the_client_can_look_at_its_token_and_take_it_back(
    wire: Wire, demo: Demo, agent0_there: Client, evil0_there: Client, access_token: str
) -> None:
    assert introspect(wire, agent0_there, access_token)["active"] is True
    assert introspect(wire, evil0_there, access_token) == {"active": False}
    revocation = {"token": access_token, **agent0_there.credentials()}
    assert wire.post(demo.facts["todo0"]["revocation_endpoint"], revocation).status_code == 200
    assert introspect(wire, agent0_there, access_token) == {"active": False}
    assert wire.call("GET", "/todos", access_token).status_code == 401


@pytest.mark.spec("SEC-08")
def test_acme_changes_its_key_while_everybody_works_and_nobody_notices(
    wire: Wire, demo: Demo, agent0: Client, agent0_there: Client, alice: dict[str, str]
) -> None:
    """Todo0 has Acme's keys from before, the announced one among them, and need not be told."""
    assert wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"])).status_code == 200
    before = wire.id_jag(agent0, alice["id_token"])
    ask_operator(demo, "idp_mock", ROTATE)
    after = wire.id_jag(agent0, alice["id_token"])  # her ID Token is signed with the old key
    assert read_jwt(before)[0]["kid"] != read_jwt(after)[0]["kid"]
    assert [wire.redeem(agent0_there, one).status_code for one in (before, after)] == [200, 200]
