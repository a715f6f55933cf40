"""From an API's 401 to its authorization server: what the API says is taken up only where it cannot harm."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from xaa import protocol
from xaa.client import (
    CrossAppSession,
    MemoryTokenCache,
    NoAnswer,
    ProtectedResource,
    RateLimited,
    SubjectToken,
    TokenEndpoint,
    UnexpectedResponse,
    choose_authorization_server,
    fetch_protected_resource,
)
from xaa.client.challenge import read_challenge
from xaa.client.discovery import well_known_url
from xaa.http import HttpAnswer, OutgoingHttp
from xaa.metadata import IssuerDirectory, MetadataError

AS = "https://todo.example"
URL = "https://mcp.todo.example/mcp"
DOCUMENT_URL = "https://mcp.todo.example/.well-known/oauth-protected-resource/mcp"
DOCUMENT: dict[str, Any] = {"resource": URL, "authorization_servers": [AS], "scopes_supported": ["todos.read"]}
METADATA: dict[str, Any] = {
    "issuer": AS,
    "token_endpoint": f"{AS}/token",
    "grant_types_supported": [protocol.GRANT_JWT_BEARER],
    protocol.META_GRANT_PROFILES: [protocol.GRANT_PROFILE_ID_JAG],
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.get(DOCUMENT_URL, json=DOCUMENT)
        far_side.get(f"{AS}/.well-known/oauth-authorization-server", json=METADATA)
        yield far_side


def refused(challenge: str = f'Bearer resource_metadata="{DOCUMENT_URL}"', *, status: int = 401) -> HttpAnswer:
    return HttpAnswer(URL, status, {"WWW-Authenticate": challenge} if challenge else {}, b"")


def discover(answer: HttpAnswer | None = None) -> ProtectedResource:
    return fetch_protected_resource(OutgoingHttp(), answer or refused())


def choose(*servers: str, registered: tuple[str, ...] = (AS,)) -> str:
    guarded = ProtectedResource(URL, servers or (AS,), ())
    return choose_authorization_server(IssuerDirectory(OutgoingHttp()), guarded, registered=registered)


@pytest.mark.spec("MC-09", "MD-11")
@pytest.mark.parametrize(
    "challenge",
    [
        f'Bearer resource_metadata="{DOCUMENT_URL}"',
        f'Bearer error="invalid_token", error_description="a, b", resource_metadata={DOCUMENT_URL}',
        "Bearer",
        "",
    ],
)
def test_the_metadata_is_found_by_the_challenge_or_by_the_address(wire: Any, challenge: str) -> None:
    assert discover(refused(challenge)) == ProtectedResource(URL, (AS,), ("todos.read",))


@pytest.mark.spec("MD-11", "MC-18")
@pytest.mark.parametrize(
    "resource", [f"{URL}/", URL.upper(), "https://mcp.todo.example", "https://evil.example", 7]
)
def test_a_document_of_another_resource_is_not_used(wire: responses.RequestsMock, resource: object) -> None:
    wire.replace(responses.GET, DOCUMENT_URL, json=DOCUMENT | {"resource": resource})
    with pytest.raises(UnexpectedResponse) as unusable:
        discover()
    assert (unusable.value.leg, unusable.value.field) == ("discovery", "resource")


@pytest.mark.spec("MD-11")
@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/x",
        "http://mcp.todo.example/x",
        "https://mcp.todo.example:8443/x",
        "https://[",
    ],
)
def test_a_challenge_leads_to_no_other_origin(wire: responses.RequestsMock, elsewhere: str) -> None:
    with pytest.raises(UnexpectedResponse) as unusable:
        discover(refused(f'Bearer resource_metadata="{elsewhere}"'))
    assert unusable.value.field == "resource_metadata"
    assert len(wire.calls) == 0


@pytest.mark.parametrize("status", [200, 302, 403, 404])
def test_who_asks_for_no_token_is_asked_nothing_more(wire: responses.RequestsMock, status: int) -> None:
    with pytest.raises(UnexpectedResponse):
        discover(refused(status=status))
    assert len(wire.calls) == 0


@pytest.mark.parametrize("servers", [[], None, "https://todo.example", [7], {}])
def test_authorization_servers_are_a_list_of_names(wire: responses.RequestsMock, servers: object) -> None:
    wire.replace(responses.GET, DOCUMENT_URL, json=DOCUMENT | {"authorization_servers": servers})
    with pytest.raises(UnexpectedResponse):
        discover()


@pytest.mark.parametrize("answer", [{"status": 404}, {"status": 500}, {"body": "<html>"}, {"json": []}])
def test_a_document_that_cannot_be_had_is_no_verdict(wire: responses.RequestsMock, answer: dict[str, Any]) -> None:
    wire.replace(responses.GET, DOCUMENT_URL, **answer)
    with pytest.raises(NoAnswer) as silent:
        discover()
    assert silent.value.leg == "discovery"


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, NoAnswer)])
def test_an_api_or_a_document_that_says_later_says_how_much(
    wire: responses.RequestsMock, status: int, kind: type[NoAnswer]
) -> None:
    wire.replace(responses.GET, DOCUMENT_URL, status=status, headers={"Retry-After": "7"})
    for answer in (refused(), HttpAnswer(URL, status, {"Retry-After": "7"}, b"")):
        with pytest.raises(NoAnswer) as told:
            discover(answer)
        assert (type(told.value), told.value.retry_after) == (kind, 7)


@pytest.mark.spec("MD-13", "MC-10")
def test_it_goes_to_the_server_that_is_named_and_that_the_app_is_registered_at(wire: Any) -> None:
    assert choose() == AS
    assert choose("https://evil.example", AS) == AS


@pytest.mark.spec("MD-13")
@pytest.mark.parametrize("named", ["https://evil.example", f"{AS}/", AS.upper(), ""])
def test_whoever_else_is_named_is_not_even_asked(wire: responses.RequestsMock, named: str) -> None:
    with pytest.raises(UnexpectedResponse) as unusable:
        choose(named)
    assert unusable.value.field == "authorization_servers"
    assert len(wire.calls) == 0


@pytest.mark.spec("MC-10", "MD-08")
def test_both_kinds_of_metadata_will_do_when_the_issuer_is_the_one(wire: responses.RequestsMock) -> None:
    wire.replace(responses.GET, f"{AS}/.well-known/oauth-authorization-server", status=404)
    openid = wire.get(f"{AS}/.well-known/openid-configuration", json=METADATA)
    assert choose() == AS
    wire.replace(responses.GET, openid.url, json=METADATA | {"issuer": f"{AS}/"})
    with pytest.raises(MetadataError):
        choose()


@pytest.mark.spec("MC-08")
@pytest.mark.parametrize("name", [protocol.META_GRANT_PROFILES, "grant_types_supported"])
@pytest.mark.parametrize("value", [None, [], "urn:ietf:params:oauth:grant-profile:id-jag", ["urn:other"], {}])
def test_a_server_that_does_not_say_it_takes_id_jags_gets_none(
    wire: responses.RequestsMock, name: str, value: object
) -> None:
    url = f"{AS}/.well-known/oauth-authorization-server"
    wire.replace(responses.GET, url, json=METADATA | {name: value})
    with pytest.raises(UnexpectedResponse) as unusable:
        choose()
    assert unusable.value.field == name


def test_a_challenge_is_read_quoted_and_unquoted() -> None:
    challenge = 'DPoP algs="ES256 RS256", error = insufficient_scope, scope="a b", realm="x \\" y"'
    assert read_challenge(refused(challenge)) == {
        "algs": "ES256 RS256",
        "error": "insufficient_scope",
        "scope": "a b",
        "realm": 'x \\" y',
    }
    assert read_challenge(refused("")) == {}


def test_a_hostile_challenge_is_read_in_no_time() -> None:
    """As long as a header can be: once it took half a minute of the client, whatever its time limits."""
    for long in ("a" * 65_000, "a =" * 20_000, 'a="' * 20_000, "a " * 30_000, 'a="' + '\\"' * 30_000):
        began = time.process_time()
        read_challenge(refused(f'{long} , error="x"'))
        assert time.process_time() - began < 1
    assert read_challenge(refused(f'{"a" * 65_000} , error="x"')) == {"error": "x"}


@pytest.mark.parametrize(
    ("resource", "url"),
    [
        (URL, DOCUMENT_URL),
        ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/b/", "https://a.example/.well-known/oauth-protected-resource/b/"),
        ("https://a.example/b?c=d", "https://a.example/.well-known/oauth-protected-resource/b?c=d"),
        ("https://a.example?c=d", "https://a.example/.well-known/oauth-protected-resource?c=d"),
    ],
)
def test_the_well_known_part_goes_before_the_path_and_the_query(resource: str, url: str) -> None:
    assert well_known_url(resource) == url


@pytest.fixture
def session(wire: responses.RequestsMock) -> CrossAppSession:
    """Its servers grant what is asked for; ``asked_for`` tells what that was."""

    def exchange(request: Any) -> tuple[int, dict[str, str], str]:
        scope = dict(one.split("=") for one in request.body.split("&"))["scope"].replace("+", " ")
        return 200, {}, (
            f'{{"issued_token_type": "{protocol.TOKEN_TYPE_ID_JAG}", "token_type": "N_A",'
            f' "access_token": "id-jag", "scope": "{scope}"}}'
        )  # fmt: skip

    wire.add_callback(responses.POST, "https://idp.example/token", exchange)
    wire.post(f"{AS}/token", json={"token_type": "Bearer", "access_token": "at"})
    return CrossAppSession(
        http=OutgoingHttp(),
        idp=TokenEndpoint("https://idp.example", "https://idp.example/token", "id", "secret"),
        resource_as=TokenEndpoint(AS, f"{AS}/token", "id", "secret"),
        subject=lambda: SubjectToken.from_id_token("id-token"),
        user="alice",
        cache=MemoryTokenCache(),
        widest=("todos.read", "todos.write"),
    )


def call(session: CrossAppSession) -> int:
    return session.request("POST", URL, resource=URL, scope=("todos.read",)).status


def challenge(scope: str, *, error: str = "insufficient_scope") -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer error="{error}", scope="{scope}"'}


def exchanges(wire: responses.RequestsMock) -> int:
    return sum(call.request.url == "https://idp.example/token" for call in wire.calls)


@pytest.mark.spec("MC-14")
def test_a_scope_challenge_is_answered_with_the_union_once(
    wire: responses.RequestsMock, session: CrossAppSession
) -> None:
    wire.post(URL, status=403, headers=challenge("todos.write"))
    wire.post(URL, status=200, json={})
    assert call(session) == 200
    asked = [str(one.request.body) for one in wire.calls if one.request.url == "https://idp.example/token"]
    assert ["todos.read+todos.write" in body for body in asked] == [False, True]


@pytest.mark.spec("MC-14")
def test_an_api_that_is_never_content_is_given_up_on(
    wire: responses.RequestsMock, session: CrossAppSession
) -> None:
    wire.post(URL, status=403, headers=challenge("todos.write"))
    assert call(session) == 403
    assert (exchanges(wire), sum(one.request.url == URL for one in wire.calls)) == (2, 2)


@pytest.mark.spec("MC-14")
@pytest.mark.parametrize(
    "headers",
    [
        challenge("admin"),
        challenge("todos.write admin"),
        challenge("todos.read"),
        challenge(""),
        challenge("todos.write", error="access_denied"),
        {},
    ],
)
def test_the_api_does_not_decide_what_is_asked_of_the_idp(
    wire: responses.RequestsMock, session: CrossAppSession, headers: dict[str, str]
) -> None:
    wire.post(URL, status=403, headers=headers)
    assert call(session) == 403
    assert exchanges(wire) == 1


def test_without_a_word_of_the_app_no_challenge_widens_anything(
    wire: responses.RequestsMock, session: CrossAppSession
) -> None:
    session.widest = ()
    wire.post(URL, status=403, headers=challenge("todos.write"))
    assert (call(session), exchanges(wire)) == (403, 1)
