"""Leg 2: the IdP turns Alice's ID Token into an ID-JAG for Todo0, if Acme's policy lets Agent0 act for her."""

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo
from tests.flow.wire import ID_JAG, REFRESH_TOKEN, Client, Wire, error_of, read_jwt


@pytest.mark.spec("TR-01", "TR-02", "TR-03", "TR-05", "TR-06", "TR-07", "TR-09")
def test_the_answer_is_an_id_jag_and_says_that_it_is_no_access_token(
    wire: Wire, demo: Demo, agent0: Client, alice: dict[str, str]
) -> None:
    answer = wire.exchange(agent0, alice["id_token"])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    body = answer.json()
    assert (body["issued_token_type"], body["token_type"]) == (ID_JAG, "N_A")
    assert (body["scope"], body["resource"]) == ("todos.read todos.write", demo.facts["todo0"]["resource"])
    assert "refresh_token" not in body
    claims = read_jwt(body["access_token"])[1]
    assert body["expires_in"] == claims["exp"] - claims["iat"] <= 300


@pytest.mark.spec(
    "JAG-01", "JAG-03", "JAG-04", "JAG-05", "JAG-06", "JAG-07", "JAG-08", "JAG-12", "JAG-13", "JAG-25"
)
def test_the_id_jag_names_person_server_and_client_each_in_the_readers_words(
    wire: Wire, demo: Demo, agent0_there: Client, id_jag: str
) -> None:
    header, claims = read_jwt(id_jag)
    assert header["typ"] == "oauth-id-jag+jwt"
    assert header["kid"] in [key["kid"] for key in wire.get(wire.idp()["jwks_uri"]).json()["keys"]]
    assert (claims["iss"], claims["sub"]) == (wire.idp()["issuer"], ALICE.sub)
    assert (claims["aud"], claims["client_id"]) == (demo.facts["todo0"]["issuer"], agent0_there.client_id)
    assert (claims["resource"], claims["scope"]) == (demo.facts["todo0"]["resource"], "todos.read todos.write")
    assert not {"nonce", "azp", "at_hash", "sid"} & claims.keys()


@pytest.mark.spec("JAG-09")
def test_every_id_jag_has_an_identifier_of_its_own(wire: Wire, agent0: Client, alice: dict[str, str]) -> None:
    identifiers = {read_jwt(wire.id_jag(agent0, alice["id_token"]))[1]["jti"] for _ in range(3)}
    assert len(identifiers) == 3


@pytest.mark.spec("TX-16")
def test_a_refresh_token_serves_as_well_and_is_not_used_up(
    wire: Wire, agent0: Client, alice: dict[str, str]
) -> None:
    for _ in range(2):
        answer = wire.exchange(agent0, alice["refresh_token"], subject_token_type=REFRESH_TOKEN)
        assert answer.status_code == 200, answer.text
        assert read_jwt(answer.json()["access_token"])[1]["sub"] == ALICE.sub


@pytest.mark.spec("TX-27")
def test_less_can_be_asked_for_and_less_is_granted(wire: Wire, agent0: Client, alice: dict[str, str]) -> None:
    answer = wire.exchange(agent0, alice["id_token"], scope="todos.read")
    assert answer.json()["scope"] == "todos.read"
    assert read_jwt(answer.json()["access_token"])[1]["scope"] == "todos.read"


@pytest.mark.spec("TX-27")
def test_a_scope_that_does_not_exist_is_left_out_and_alone_it_is_refused(
    wire: Wire, agent0: Client, alice: dict[str, str]
) -> None:
    answer = wire.exchange(agent0, alice["id_token"], scope="todos.read todos.own")
    assert answer.json()["scope"] == "todos.read"
    assert error_of(wire.exchange(agent0, alice["id_token"], scope="todos.own")) == (400, "invalid_scope")


@pytest.mark.spec("TX-07", "TX-13")
@pytest.mark.parametrize("audience", ["https://unknown.example", "{resource}", "{issuer}/", "{token_endpoint}"])
def test_the_audience_is_the_issuer_to_the_letter(
    wire: Wire, demo: Demo, agent0: Client, alice: dict[str, str], audience: str
) -> None:
    wrong = audience.format(**demo.facts["todo0"])
    assert error_of(wire.exchange(agent0, alice["id_token"], audience=wrong)) == (400, "invalid_target")


@pytest.mark.spec("TX-11")
def test_a_resource_of_another_server_fails_the_whole_request(
    wire: Wire, demo: Demo, agent0: Client, alice: dict[str, str]
) -> None:
    both = [demo.facts["todo0"]["resource"], "https://mail0.example/api"]
    assert error_of(wire.exchange(agent0, alice["id_token"], resource=both)) == (400, "invalid_target")


def test_the_okta_shaped_addresses_do_the_same(wire: Wire, agent0: Client, alice: dict[str, str]) -> None:
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "requested_token_type": ID_JAG,
        "audience": wire.demo.facts["todo0"]["issuer"],
        "subject_token": alice["id_token"],
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    }
    url = f"{wire.idp()['issuer']}/oauth2/v1/token"
    answer = wire.post(url, form, auth=(agent0.client_id, agent0.client_secret))
    assert (answer.status_code, answer.json()["issued_token_type"]) == (200, ID_JAG)
