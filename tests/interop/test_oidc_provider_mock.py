"""oidc-provider-mock signs Agent0's people in: RS256 keys and an ID Token of Authlib's making.

It knows neither PKCE nor ``iss`` in its answers, which an IdP may leave out. It also leaves ``state`` out of a
refusal, which RFC 6749 §4.1.2.1 does not allow: Agent0 then takes the answer for nobody's, as it should.
"""

from collections.abc import Iterator

import pytest

from stage.autopilot.page import Page
from tests.flow.visitor import Visitor
from tests.interop.foreign_idp import Enterprise, enterprise_with
from tests.interop.peers import Peers


@pytest.fixture(scope="module")
def enterprise(peers: Peers) -> Iterator[Enterprise]:
    with enterprise_with(peers, "oidc_provider_mock.py") as enterprise:
        yield enterprise


def start(enterprise: Enterprise, visitor: Visitor) -> Page:
    return visitor.click(visitor.open(enterprise.demo.url("agent0")), "Continue with")


def test_milton_signs_in_at_agent0(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    page = start(enterprise, visitor)
    page = visitor.submit(page, page.forms[0], sub="milton")
    assert page.url == enterprise.demo.facts["agent0"]["chat_url"], (page.status, page.text[:300])
    assert "Milton" in page.text


def test_a_refusal_without_state_is_taken_for_nobodys_and_signs_nobody_in(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    page = start(enterprise, visitor)
    page = visitor.submit(page, page.form(having="action"), press="deny")
    assert "error=access_denied" in page.url
    assert "state=" not in page.url
    assert (page.status, "This browser did not start this sign-in" in page.text) == (400, True)
    assert visitor.open(enterprise.demo.facts["agent0"]["chat_url"]).url.startswith(
        f"{enterprise.demo.url('agent0')}/?next="
    )
