"""oidc-provider signs Agent0's people in: discovery, code with PKCE, nonce and ``iss``, RS256, refusals, sign-out.

It knows no ID-JAG, as most IdPs do not: Agent0 must then say whose fault that is, and not fail.
"""

from collections.abc import Iterator

import pytest

from stage.autopilot.page import Button, Page
from tests.flow.people_at_work import ask
from tests.flow.visitor import Visitor
from tests.interop.foreign_idp import NAME, Enterprise, enterprise_with
from tests.interop.peers import Peers


@pytest.fixture(scope="module")
def enterprise(peers: Peers) -> Iterator[Enterprise]:
    with enterprise_with(peers, "oidc_provider.mjs") as enterprise:
        yield enterprise


def start(enterprise: Enterprise, visitor: Visitor, *, app: str = "agent0") -> Page:
    """From the app's front page to the provider's."""
    words = {"agent0": "Continue with", "todo0": "Sign in with"}[app]
    return visitor.click(visitor.open(enterprise.demo.url(app)), words)


def sign_in(visitor: Visitor, page: Page) -> Page:
    page = visitor.submit(page, page.form(having="password"), login="milton", password="any")
    return visitor.submit(page, page.form(having="prompt"))  # its consent page


def is_signed_in(enterprise: Enterprise, visitor: Visitor, app: str) -> bool:
    url = enterprise.demo.facts[app][{"agent0": "chat_url", "todo0": "todos_url"}[app]]
    return visitor.open(url).url == url


def test_milton_signs_in_at_agent0(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    page = sign_in(visitor, start(enterprise, visitor))
    assert page.url == enterprise.demo.facts["agent0"]["chat_url"], (page.status, page.text[:300])
    assert "Milton" in page.text


def test_milton_signs_in_at_todo0(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    page = sign_in(visitor, start(enterprise, visitor, app="todo0"))
    assert page.url == enterprise.demo.facts["todo0"]["todos_url"], (page.status, page.text[:300])


def test_whoever_cancels_at_the_provider_is_told_so_and_is_not_signed_in(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    page = visitor.click(start(enterprise, visitor), "Cancel")
    assert (page.status, f"{NAME} did not let you in" in page.text) == (403, True), page.text[:300]
    assert not is_signed_in(enterprise, visitor, "agent0")


def test_agent0_says_that_this_idp_gives_no_id_jags(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    sign_in(visitor, start(enterprise, visitor))
    card = ask(visitor, enterprise.demo, "Show my todos")
    assert (card.badge, NAME in card.text) == ("Agent0 is not set up correctly", True), card.text[:400]


def test_his_sign_out_at_agent0_reaches_todo0_from_the_provider_by_back_channel(enterprise: Enterprise) -> None:
    visitor = enterprise.visitor()
    sign_in(visitor, start(enterprise, visitor))
    page = start(enterprise, visitor, app="todo0")  # he is signed in at the provider, which asks for consent alone
    visitor.submit(page, page.form(having="prompt"))
    assert is_signed_in(enterprise, visitor, "todo0")
    page = visitor.open(enterprise.demo.facts["agent0"]["chat_url"])
    page = visitor.submit(page, page.form(action="/signin/logout"))
    form = page.form(having="xsrf")
    form.buttons.append(Button("Yes, sign me out", "logout", "yes"))  # its page has the button beside the form
    page = visitor.submit(page, form)
    assert page.url.startswith(enterprise.demo.url("agent0")), (page.url, page.text[:300])
    assert not is_signed_in(enterprise, visitor, "agent0")
    assert not is_signed_in(enterprise, visitor, "todo0")
