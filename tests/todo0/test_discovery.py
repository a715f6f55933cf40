"""What an administrator pastes about an IdP, followed through what the IdP publishes, faked at the far side."""

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from django.test import Client

from tests import builders
from tests.todo0.console_side import text_of
from todo0.federation import discovery
from todo0.federation.discovery import explore, read_issuer

IDP = "http://localhost:9100/initech"


@pytest.fixture
def far_side(settings: Any) -> Iterator[responses.RequestsMock]:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    discovery.outgoing.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        yield far_side
    discovery.outgoing.cache_clear()


def publish(far_side: responses.RequestsMock, *, without: str = "", **changed: Any) -> None:
    document = {
        "issuer": IDP,
        "authorization_endpoint": f"{IDP}/authorize",
        "token_endpoint": f"{IDP}/token",
        "jwks_uri": f"{IDP}/jwks",
    } | changed
    document.pop(without, None)
    far_side.get(f"{IDP}/.well-known/openid-configuration", json=document)
    far_side.get(f"{IDP}/jwks", json=builders.jwks(builders.IDP_KEY))


def outcomes(pasted: str) -> list[str]:
    return [step.outcome for step in explore(pasted).steps]


@pytest.mark.parametrize(
    "pasted",
    [
        IDP,
        f"  {IDP}\n",
        f"{IDP}/.well-known/openid-configuration",
        "http://localhost:9100/.well-known/oauth-authorization-server/initech",
    ],
)
def test_it_follows_an_issuer_or_a_discovery_url_to_the_keys(
    far_side: responses.RequestsMock, pasted: str
) -> None:
    publish(far_side)
    found = explore(pasted)
    assert found.issuer == IDP
    assert [step.outcome for step in found.steps] == ["passed"] * 5
    assert found.is_usable
    assert found.algorithms


@pytest.mark.parametrize("named", [f"{IDP}/", IDP.upper(), "https://other.example", None, 7])
def test_it_stops_at_a_document_of_another_issuer(far_side: responses.RequestsMock, named: Any) -> None:
    publish(far_side, issuer=named)
    assert outcomes(IDP) == ["passed", "passed", "failed", "not reached", "not reached"]


def test_it_shows_where_the_two_differ_to_the_character(far_side: responses.RequestsMock, admin: Client) -> None:
    publish(far_side, issuer=f"{IDP}/")
    found = explore(IDP)
    assert found.difference == [("equal", IDP, IDP), ("insert", "", "/")]
    page = admin.get("/admin/connections", {"issuer": IDP})
    assert f"{IDP}<ins>/</ins>" in page.content.decode()
    assert "Who can mend it: You can, if the IdP means itself" in text_of(page)
    assert "Add the connection" not in text_of(page)


@pytest.mark.parametrize("missing", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_it_stops_at_a_document_without_an_endpoint(far_side: responses.RequestsMock, missing: str) -> None:
    publish(far_side, without=missing)
    assert outcomes(IDP) == ["passed", "passed", "passed", "failed", "not reached"]


def test_it_stops_at_keys_that_cannot_be_used(far_side: responses.RequestsMock) -> None:
    publish(far_side)
    weak = {"kty": "RSA", "alg": "RS256", "kid": "weak", "n": "AQAB", "e": "AQAB"}
    for unusable in ([], [None], ["x", 7], [weak], [{"kty": ["RSA"]}]):
        far_side.replace(responses.GET, f"{IDP}/jwks", json={"keys": unusable})
        assert outcomes(IDP)[-1] == "failed"


@pytest.mark.parametrize("jwks_uri", ["https://[", "https://a..example/", f"https://{'a' * 64}.example/", "keys"])
def test_it_stops_at_an_address_of_keys_that_is_none(far_side: responses.RequestsMock, jwks_uri: str) -> None:
    far_side.add_passthru("https://")
    publish(far_side, jwks_uri=jwks_uri)
    assert outcomes(IDP) == ["passed"] * 4 + ["failed"]


def test_it_says_what_an_address_answered(far_side: responses.RequestsMock) -> None:
    far_side.get(f"{IDP}/.well-known/openid-configuration", status=302, headers={"Location": "http://10.0.0.1/"})
    far_side.get("http://localhost:9100/.well-known/oauth-authorization-server/initech", body="<html>", status=200)
    found = explore(IDP)
    assert [step.outcome for step in found.steps][:2] == ["passed", "failed"]
    assert "expected status 200, found 302" in found.steps[1].note


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "initech",
        "file:///etc/passwd",
        f"{IDP}?x=1",
        f"{IDP}#x",
        "https://a:b@c.example",
        "https://[",
        "https://a b",
    ],
)
def test_it_asks_nobody_about_what_is_no_issuer(far_side: responses.RequestsMock, pasted: str) -> None:
    assert outcomes(pasted)[0] == "failed"
    assert len(far_side.calls) == 0


@pytest.mark.parametrize(
    "pasted", ["http://localhost:8002", "https://127.0.0.1", "https://169.254.169.254/latest"]
)
def test_it_reaches_no_private_address_outside_the_demo(settings: Any, pasted: str) -> None:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    discovery.outgoing.cache_clear()
    try:
        found = explore(pasted)
    finally:
        discovery.outgoing.cache_clear()
    assert "failed" in [step.outcome for step in found.steps[:2]]
    assert not found.is_usable


def test_a_pasted_discovery_url_gives_its_issuer(settings: Any) -> None:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    assert read_issuer("https://a.example/.well-known/openid-configuration") == "https://a.example"
    assert read_issuer("https://a.example/") == "https://a.example/", "a slash makes another issuer"


def test_the_page_offers_what_is_usable_and_not_yet_known(far_side: responses.RequestsMock, admin: Client) -> None:
    publish(far_side)
    page = admin.get("/admin/connections", {"issuer": IDP})
    assert "Add the connection, switched off" in text_of(page)
    assert f'name="issuer" value="{IDP}"' in page.content.decode()
