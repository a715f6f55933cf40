"""Nothing that anybody can send to a public address brings the IdP down, or signs anybody in."""

import pytest
from django.test import Client

from idp_mock.signin.models import IdpSession
from idp_mock.tokens.models import TokenFamily

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/acme/authorize",
    "/acme/authorize/resume",
    "/acme/login",
    "/acme/logout",
    "/acme/logout/confirm",
    "/acme/token",
    "/acme/revoke",
    "/acme/userinfo",
    "/acme/keys",
    "/acme/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server/acme",
)
QUERIES = (
    "",
    "%",
    "%00",
    "%FF=%FF",
    "client_id=%00&redirect_uri=%FF",
    "client_id[]=a&client_id[b]=c",
    "client_id=agent0-at-acme&redirect_uri=http://localhost:8001/signin/callback&state=%ED%A0%80&nonce=%F0%9F%92%A9",
    "client_id=agent0-at-acme&redirect_uri=http://localhost:8001/signin/callback&prompt=%0D%0ASet-Cookie:%20a=b",
    "client_id=agent0-at-acme&redirect_uri=http://localhost:8001/signin/callback&scope=openid&state=%0D%0Ax",
    "request=" + "A" * 5000,
    "request=eyJ0ZW5hbnQiOiJhY21lIn0:1:x",
    "next=%00",
    "next=" + "/acme/" * 900,
    "id_token_hint=eyJ.eyJ.&post_logout_redirect_uri=%00",
    "a=1&" * 3000,
)
HEADERS = (
    {},
    {"Authorization": "Bearer \x00"},
    {"Authorization": "Basic \udcff"},
    {"Cookie": "idp_session=\x00; idp_csrf=%FF"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=rot13"},
)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_query_and_no_body_brings_it_down(client: Client, address: str, query: str) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    responses = [client.get(f"{address}?{query}"), client.post(address, query, **form)]
    assert [response.status_code for response in responses if response.status_code >= 500] == []
    assert not IdpSession.objects.exists()
    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_header_brings_it_down(client: Client, address: str, headers: dict[str, str]) -> None:
    assert client.get(address, headers=headers).status_code < 500
    assert client.post(address, b"\xff\x00=", content_type="text/plain", headers=headers).status_code < 500


@pytest.mark.parametrize("path", ["/%00/token", "/acme%00/token", "/ac%2Fme/token", "/..%2f/token", "/é/token"])
def test_no_path_brings_it_down(client: Client, path: str) -> None:
    assert client.post(path).status_code in (400, 404)


def test_a_line_break_in_state_stays_inside_the_url(client: Client) -> None:
    query = "client_id=agent0-at-acme&redirect_uri=http://localhost:8001/signin/callback&state=a%0D%0AX-Evil:%201"
    response = client.get(f"/acme/authorize?{query}")
    assert response.status_code == 303
    assert "X-Evil" not in response
    assert "\n" not in response["Location"]
