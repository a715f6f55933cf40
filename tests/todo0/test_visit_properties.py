"""Whatever comes to Todo0's consent page, or from a client to revocation and introspection: never a crash."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from oauth2_provider.models import AccessToken, Grant

from tests.strategies import bounded, queries, tokens_near
from tests.todo0.conftest import basic_auth, post_form
from tests.todo0.test_authorization_code import ASKED, browser

__all__ = ["browser"]  # the fixture
CALM = {200, 302, 400, 403, 405}


@bounded
@given(query=queries, is_whole=st.booleans(), method=st.sampled_from(["GET", "POST"]))
def test_no_visit_brings_the_consent_page_down_or_is_consent(
    browser: Client, query: dict[str, list[str]], is_whole: bool, method: str
) -> None:
    asked = {name: values for name, values in query.items() if name != "allow"}
    asked |= {name: value for name, value in ASKED.items() if is_whole and name not in asked}
    for visitor in (browser, Client()):
        answer = (
            visitor.get("/oauth/authorize", asked) if method == "GET" else visitor.post("/oauth/authorize", asked)
        )
        assert answer.status_code in CALM
        assert not Grant.objects.exists()


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
@bounded
@given(data=st.data())
def test_no_token_that_a_client_asks_about_brings_an_endpoint_down(
    token: str, path: str, data: st.DataObject
) -> None:
    near = data.draw(tokens_near(token).filter(lambda one: one != token))
    answer = post_form(path, {"token": near}, Authorization=basic_auth())
    assert answer.status_code in (200, 400)
    if path == "/oauth/introspect" and answer.status_code == 200:
        assert answer.json() == {"active": False}
    assert AccessToken.objects.count() == 1, "only the token itself would have revoked it"
