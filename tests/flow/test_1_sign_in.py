"""Leg 1: Alice signs in at Acme, and Agent0 learns who she is (OpenID Connect Core §3.1)."""

import dataclasses
from urllib.parse import urlencode

import pytest
import requests

from tests.cast import ALICE, GLOBEX_ALICE
from tests.flow.demo import Demo
from tests.flow.wire import Client, Wire, error_of, read_jwt


@pytest.mark.spec("MD-01", "MD-09")
@pytest.mark.parametrize("place", ["acme", "globex"])
def test_both_metadata_addresses_serve_one_document(wire: Wire, demo: Demo, place: str) -> None:
    base, issuer = demo.url("idp"), wire.idp(place)["issuer"]
    inserted = wire.get(f"{base}/.well-known/oauth-authorization-server/{place}").json()
    appended = wire.get(f"{issuer}/.well-known/openid-configuration").json()
    assert inserted == appended
    assert inserted["issuer"] == issuer == f"{base}/{place}"
    assert inserted["identity_chaining_requested_token_types_supported"] == [
        "urn:ietf:params:oauth:token-type:id-jag"
    ]


def test_the_answer_carries_state_and_issuer_and_the_code_becomes_an_id_token(wire: Wire, agent0: Client) -> None:
    code = wire.fetch_code(agent0, ALICE)
    assert code.answer["state"] == code.answer["sent_state"]
    assert code.answer["iss"] == wire.idp()["issuer"]
    answer = wire.redeem_code(agent0, code)
    assert answer.headers["Cache-Control"] == "no-store"
    header, claims = read_jwt(answer.json()["id_token"])
    assert header["alg"] in ("RS256", "ES256")
    assert header["kid"] in [key["kid"] for key in wire.get(wire.idp()["jwks_uri"]).json()["keys"]]
    assert (claims["iss"], claims["sub"], claims["aud"]) == (wire.idp()["issuer"], ALICE.sub, agent0.client_id)
    assert (claims["nonce"], claims["email"]) == (code.nonce, ALICE.email)


def test_userinfo_tells_the_same_person(wire: Wire, alice: dict[str, str]) -> None:
    answer = wire.get(
        wire.idp()["userinfo_endpoint"], headers={"Authorization": f"Bearer {alice['access_token']}"}
    )
    assert answer.json()["sub"] == ALICE.sub


def test_a_wrong_password_changes_nothing_and_says_so(wire: Wire, agent0: Client) -> None:
    visitor = wire.visitor()
    asked = {"next": "/acme/"}
    page = visitor.open(f"{wire.idp()['issuer']}/login?{urlencode(asked)}")
    wrong = dataclasses.replace(ALICE, password="not-her-password-at-all")
    page = visitor.sign_in_at_idp(page, wrong)
    assert page.status == 400
    assert "do not belong together" in page.text
    assert page.form(having="password").fields["login"] == ALICE.email


def test_people_of_one_enterprise_are_strangers_at_the_other(wire: Wire) -> None:
    visitor = wire.visitor()
    page = visitor.open(f"{wire.idp('acme')['issuer']}/login")
    assert visitor.sign_in_at_idp(page, GLOBEX_ALICE).status == 400


@pytest.mark.spec("SEC-28")
@pytest.mark.parametrize(
    "wrong",
    [{"code_verifier": "x" * 64}, {"redirect_uri": "http://localhost:1/elsewhere"}],
    ids=["verifier", "redirect URI"],
)
def test_a_stolen_code_is_worth_nothing_and_stays_good_for_its_owner(
    wire: Wire, agent0: Client, wrong: dict[str, str]
) -> None:
    code = wire.fetch_code(agent0, ALICE)
    assert error_of(wire.redeem_code(agent0, code, **wrong)) == (400, "invalid_grant")
    evil0 = wire.clients["evil0", "acme"]
    assert error_of(wire.redeem_code(agent0, code, **evil0.credentials())) == (400, "invalid_grant")
    assert wire.redeem_code(agent0, code).status_code == 200


def refresh(wire: Wire, client: Client, token: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, **client.credentials()}
    return wire.post(wire.idp()["token_endpoint"], form)


@pytest.mark.spec("RF-09")
def test_a_refresh_token_is_replaced_and_its_reuse_ends_the_family(wire: Wire, agent0: Client) -> None:
    first = wire.sign_in(agent0, ALICE)["refresh_token"]
    second = refresh(wire, agent0, first)
    assert second.status_code == 200
    assert error_of(refresh(wire, agent0, first)) == (400, "invalid_grant")
    assert error_of(refresh(wire, agent0, second.json()["refresh_token"])) == (400, "invalid_grant")


def test_without_offline_access_there_is_no_refresh_token(wire: Wire, agent0: Client) -> None:
    assert "refresh_token" not in wire.sign_in(agent0, ALICE, scope="openid email")


@pytest.mark.spec("OI-13", "TX-21", "SEC-29")
def test_after_sign_out_at_the_idp_the_id_token_can_no_longer_be_exchanged(wire: Wire, agent0: Client) -> None:
    visitor = wire.visitor()
    tokens = wire.sign_in(agent0, ALICE, visitor=visitor)
    assert wire.exchange(agent0, tokens["id_token"]).status_code == 200
    visitor.open(f"{wire.idp()['end_session_endpoint']}?{urlencode({'id_token_hint': tokens['id_token']})}")
    assert error_of(wire.exchange(agent0, tokens["id_token"])) == (400, "invalid_grant")
    assert error_of(refresh(wire, agent0, tokens["refresh_token"])) == (400, "invalid_grant")
