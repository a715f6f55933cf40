"""The requesting app's half, against a far side faked at the wire: each answer is checked, nothing loops."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses

from tests import builders
from xaa import jose, protocol
from xaa.client import (
    CrossAppSession,
    Event,
    IssuedIdJag,
    MemoryTokenCache,
    NoAnswer,
    RateLimited,
    SubjectToken,
    TokenEndpoint,
    TokenEndpointError,
    UnexpectedResponse,
    redeem_id_jag,
    request_id_jag,
)
from xaa.client.errors import Leg
from xaa.http import OutgoingHttp

IDP = TokenEndpoint("https://idp.example/acme", "https://idp.example/acme/token", "agent0 at:acme", "idp secret%")
AS = TokenEndpoint("https://todo.example", "https://todo.example/oauth/token", "agent0-at-todo0", "as-secret")
RESOURCE = "https://todo.example/api"
API = f"{RESOURCE}/todos"
SCOPE = ("todos.read", "todos.write")
EXCHANGED: dict[str, Any] = {
    "issued_token_type": protocol.TOKEN_TYPE_ID_JAG,
    "token_type": "N_A",
    "access_token": "the-id-jag",
    "expires_in": 300,
    "scope": "todos.read todos.write",
    "resource": RESOURCE,
}
REDEEMED: dict[str, Any] = {
    "token_type": "Bearer",
    "access_token": "the-access-token",
    "expires_in": 300,
    "scope": "todos.read todos.write",
    "resource": RESOURCE,
}
REMOVED = object()
Body = dict[str, Any]


def altered(body: Body, **override: object) -> Body:
    return {name: value for name, value in (body | override).items() if value is not REMOVED}


def build_jwt(claims: Body) -> str:
    return jose.sign(claims, key=builders.IDP_KEY, typ=protocol.TYP_ID_JAG)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.post(IDP.url, json=EXCHANGED)
        far_side.post(AS.url, json=REDEEMED)
        far_side.get(API, json={"todos": []})
        yield far_side


def exchange(**override: Any) -> IssuedIdJag:
    subject = SubjectToken.from_id_token("the-id-token")
    arguments: dict[str, Any] = {"subject": subject, "audience": AS.issuer, "resource": RESOURCE, "scope": SCOPE}
    return request_id_jag(OutgoingHttp(), IDP, clock=lambda: 1000.0, **(arguments | override))


def redeem() -> Any:
    return redeem_id_jag(OutgoingHttp(), AS, id_jag=exchange(), clock=lambda: 1000.0)


def sent_to(wire: responses.RequestsMock, url: str) -> list[dict[str, list[str]]]:
    return [parse_qs(str(call.request.body)) for call in wire.calls if call.request.url == url]


@pytest.mark.spec("TX-01", "TX-02", "TX-03", "TX-08", "TX-13", "TX-14", "TX-30", "MC-01", "MC-19")
def test_the_exchange_asks_for_an_id_jag_and_names_the_server_and_the_api(wire: responses.RequestsMock) -> None:
    id_jag = exchange()
    assert sent_to(wire, IDP.url) == [
        {
            "grant_type": [protocol.GRANT_TOKEN_EXCHANGE],
            "requested_token_type": [protocol.TOKEN_TYPE_ID_JAG],
            "audience": [AS.issuer],
            "resource": [RESOURCE],
            "scope": ["todos.read todos.write"],
            "subject_token": ["the-id-token"],
            "subject_token_type": [protocol.TOKEN_TYPE_ID_TOKEN],
        }
    ]
    assert (id_jag.assertion, id_jag.scope, id_jag.expires_at) == ("the-id-jag", SCOPE, 1300.0)


@pytest.mark.spec("TX-09")
@pytest.mark.parametrize(
    "resource", ["api", "/api", "https:", "todo.example/api", f"{RESOURCE}#todos", f"{RESOURCE}#"]
)
def test_a_resource_that_is_no_absolute_uri_is_not_asked_for(wire: responses.RequestsMock, resource: str) -> None:
    with pytest.raises(ValueError, match="absolute URI"):
        exchange(resource=resource)
    assert not wire.calls
    assert exchange().resource == (RESOURCE,)


@pytest.mark.spec("SEC-38", "RD-02", "MC-06")
def test_each_secret_goes_to_its_own_server_only(wire: responses.RequestsMock) -> None:
    redeem()
    sent = {str(call.request.url): call.request.headers["Authorization"] for call in wire.calls}
    assert sent == {
        IDP.url: requests.auth._basic_auth_str("agent0+at%3Aacme", "idp+secret%25"),
        AS.url: requests.auth._basic_auth_str("agent0-at-todo0", "as-secret"),
    }


@pytest.mark.spec("TX-16", "RF-05")
def test_a_refresh_token_may_be_the_subject(wire: responses.RequestsMock) -> None:
    exchange(subject=SubjectToken.from_refresh_token("r"))
    assert sent_to(wire, IDP.url)[0]["subject_token_type"] == [protocol.TOKEN_TYPE_REFRESH_TOKEN]


@pytest.mark.spec("TR-01", "TR-02", "TR-03", "TR-04", "TR-12", "TR-13")
@pytest.mark.parametrize(
    ("override", "field"),
    [
        ({"issued_token_type": protocol.TOKEN_TYPE_ACCESS_TOKEN}, "issued_token_type"),
        ({"issued_token_type": REMOVED}, "issued_token_type"),
        ({"token_type": "Bearer"}, "token_type"),
        ({"token_type": REMOVED}, "token_type"),
        ({"token_type": 7}, "token_type"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": REMOVED}, "access_token"),
        ({"access_token": ["x"]}, "access_token"),
        ({"access_token": "line\nbreak"}, "access_token"),
        ({"scope": ["todos.read"]}, "scope"),
        ({"expires_in": "300"}, "expires_in"),
        ({"expires_in": 0}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
        ({"expires_in": 10**400}, "expires_in"),
        ({"resource": "https://other.example/api"}, "resource"),
        ({"resource": [RESOURCE, "https://other.example/api"]}, "resource"),
        ({"resource": 7}, "resource"),
        ({"resource": []}, "resource"),
        ({"resource": [RESOURCE, None]}, "resource"),
    ],
)
def test_an_exchange_answer_that_breaks_a_rule_is_not_used(
    wire: responses.RequestsMock, override: Body, field: str
) -> None:
    assert exchange().assertion == "the-id-jag"
    wire.replace(responses.POST, IDP.url, json=altered(EXCHANGED, **override))
    with pytest.raises(UnexpectedResponse) as caught:
        exchange()
    assert (caught.value.leg, caught.value.field) == ("token exchange", field)


@pytest.mark.spec("TR-04", "TR-13", "AT-04", "RF-02")
@pytest.mark.parametrize(
    ("url", "body"),
    [
        (IDP.url, altered(EXCHANGED, token_type="n_a")),
        (IDP.url, altered(EXCHANGED, resource=REMOVED)),
        (IDP.url, altered(EXCHANGED, scope=REMOVED, expires_in=REMOVED)),
        (AS.url, altered(REDEEMED, token_type="bearer", access_token="opaque~token")),
        (AS.url, altered(REDEEMED, resource=REMOVED, scope=REMOVED, expires_in=REMOVED)),
        (AS.url, altered(REDEEMED, refresh_token="ignored", unknown=1)),
    ],
)
def test_what_the_rules_leave_open_is_accepted(wire: responses.RequestsMock, url: str, body: Body) -> None:
    wire.replace(responses.POST, url, json=body)
    assert redeem().scope == SCOPE


@pytest.mark.spec("AT-04")
@pytest.mark.parametrize(
    ("override", "field"),
    [
        ({"token_type": "N_A"}, "token_type"),
        ({"token_type": "DPoP"}, "token_type"),
        ({"access_token": None}, "access_token"),
        ({"scope": 7}, "scope"),
        ({"expires_in": -1}, "expires_in"),
        ({"resource": "https://other.example/api"}, "resource"),
        ({"resource": []}, "resource"),
    ],
)
def test_a_redemption_answer_that_breaks_a_rule_is_not_used(
    wire: responses.RequestsMock, override: Body, field: str
) -> None:
    wire.replace(responses.POST, AS.url, json=altered(REDEEMED, **override))
    with pytest.raises(UnexpectedResponse) as caught:
        redeem()
    assert (caught.value.leg, caught.value.field) == ("redemption", field)


@pytest.mark.spec("TR-12")
@pytest.mark.parametrize(
    "claimed", ["https://other.example/api", [RESOURCE, "https://other.example/api"], REMOVED]
)
def test_an_id_jag_for_another_resource_than_the_answer_says_is_not_used(
    wire: responses.RequestsMock, claimed: object
) -> None:
    claims = altered({"aud": AS.issuer, "resource": RESOURCE}, resource=claimed)
    for good in ({"resource": RESOURCE}, {"resource": [RESOURCE]}):
        wire.replace(responses.POST, IDP.url, json=altered(EXCHANGED, access_token=build_jwt(good)))
        assert exchange().resource == (RESOURCE,)
    wire.replace(responses.POST, IDP.url, json=altered(EXCHANGED, access_token=build_jwt(claims)))
    with pytest.raises(UnexpectedResponse) as caught:
        exchange()
    assert (caught.value.leg, caught.value.field) == ("token exchange", "resource")


@pytest.mark.spec("JAG-27")
def test_what_an_id_jag_says_of_scope_and_time_is_for_its_reader_and_decides_nothing_here(
    wire: responses.RequestsMock,
) -> None:
    claims = {"resource": RESOURCE, "scope": "admin", "exp": 1, "aud": "https://other.example"}
    wire.replace(responses.POST, IDP.url, json=altered(EXCHANGED, access_token=build_jwt(claims)))
    id_jag = exchange()
    assert (id_jag.scope, id_jag.audience, id_jag.expires_at) == (SCOPE, AS.issuer, 1300.0)


@pytest.mark.spec("RD-22")
def test_an_id_jag_is_shown_to_no_other_server(wire: responses.RequestsMock) -> None:
    other = TokenEndpoint("https://other.example", "https://other.example/token", "c", "s")
    with pytest.raises(UnexpectedResponse, match="for https://todo"):
        redeem_id_jag(OutgoingHttp(), other, id_jag=exchange())
    assert not sent_to(wire, other.url)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refusal_says_who_and_why(wire: responses.RequestsMock, status: int) -> None:
    wire.replace(
        responses.POST,
        IDP.url,
        json={"error": "access_denied", "error_description": "Not in Sales."},
        status=status,
    )
    with pytest.raises(TokenEndpointError) as caught:
        exchange()
    refusal = caught.value
    assert (refusal.leg, refusal.error, refusal.description, refusal.status) == (
        "token exchange", "access_denied", "Not in Sales.", status,
    )  # fmt: skip


@pytest.mark.spec("SU-05")
@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"max_age": 60, "acr_values": "urn:mfa"}, (60, "urn:mfa")),
        ({}, (None, "")),
        ({"max_age": "60", "acr_values": ["urn:mfa"]}, (None, "")),
        ({"max_age": -1}, (None, "")),
        ({"max_age": True}, (None, "")),
    ],
)
def test_a_refusal_says_which_sign_in_would_help(
    wire: responses.RequestsMock, members: Body, found: tuple[int | None, str]
) -> None:
    body = {"error": "insufficient_user_authentication"} | members
    wire.replace(responses.POST, IDP.url, json=body, status=400)
    with pytest.raises(TokenEndpointError) as caught:
        exchange()
    assert (caught.value.max_age, caught.value.acr_values) == found


@pytest.mark.parametrize(
    ("trouble", "kind", "retry_after"),
    [
        ({"body": requests.ConnectionError("down")}, NoAnswer, None),
        ({"status": 503, "headers": {"Retry-After": "7"}}, NoAnswer, 7),
        ({"status": 429, "headers": {"Retry-After": "7"}}, RateLimited, 7),
        ({"status": 429, "headers": {"Retry-After": "soon"}}, RateLimited, None),
        ({"status": 500}, NoAnswer, None),
        ({"status": 200, "body": "<html>"}, NoAnswer, None),
    ],
)
def test_no_answer_is_told_apart_from_a_refusal(
    wire: responses.RequestsMock, trouble: Body, kind: type[NoAnswer], retry_after: int | None
) -> None:
    legs: tuple[tuple[Leg, str, Callable[[], object]], ...] = (
        ("redemption", AS.url, redeem),
        ("token exchange", IDP.url, exchange),
    )
    for leg, url, ask in legs:
        wire.replace(responses.POST, url, **trouble)
        with pytest.raises(NoAnswer) as caught:
            ask()
        assert (type(caught.value), caught.value.leg, caught.value.retry_after) == (kind, leg, retry_after)


NOON = {"Date": "Fri, 15 Jan 2027 12:00:00 GMT"}
FIVE_PAST = "1800014405"


@pytest.mark.parametrize(
    ("status", "headers", "retry_after"),
    [
        (429, {"X-RateLimit-Reset": FIVE_PAST} | NOON, 5),
        (429, {"X-Rate-Limit-Reset": FIVE_PAST} | NOON, 5),
        (429, {"X-RateLimit-Reset": FIVE_PAST, "Retry-After": "7"} | NOON, 7),
        (429, {"X-RateLimit-Reset": FIVE_PAST}, None),
        (429, {"X-RateLimit-Reset": FIVE_PAST, "Date": "noon"}, None),
        (429, {"X-RateLimit-Reset": "5"} | NOON, None),
        (429, {"X-RateLimit-Reset": "soon"} | NOON, None),
        (429, {"X-RateLimit-Reset": "9" * 400} | NOON, None),
        (503, {"X-RateLimit-Reset": FIVE_PAST} | NOON, None),
    ],
)
def test_a_429_may_name_the_moment_instead_as_auth0_and_okta_do(
    wire: responses.RequestsMock, status: int, headers: dict[str, str], retry_after: int | None
) -> None:
    wire.replace(responses.POST, AS.url, status=status, headers=headers)
    with pytest.raises(NoAnswer) as caught:
        redeem()
    assert caught.value.retry_after == retry_after


@pytest.mark.parametrize("body", ["", "<html>", '{"error": 7}', "[]"])
def test_an_error_without_a_code_is_unexpected(wire: responses.RequestsMock, body: str) -> None:
    wire.replace(responses.POST, IDP.url, body=body, status=400)
    with pytest.raises(UnexpectedResponse):
        exchange()


@pytest.mark.spec("SEC-30")
def test_no_error_and_no_repr_holds_a_token_or_a_secret(wire: responses.RequestsMock) -> None:
    shown = [repr(value) for value in (IDP, AS, exchange(), redeem(), SubjectToken.from_id_token("the-id-token"))]
    wire.replace(responses.POST, AS.url, json=altered(REDEEMED, token_type="x"))
    with pytest.raises(UnexpectedResponse) as caught:
        redeem()
    for secret in ("the-id-jag", "the-access-token", "the-id-token", "idp secret", "as-secret"):
        assert all(secret not in text for text in [*shown, str(caught.value)])


# ---- the session


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def session(clock: Clock, events: list[Event]) -> CrossAppSession:
    return CrossAppSession(
        http=OutgoingHttp(), idp=IDP, resource_as=AS, subject=lambda: SubjectToken.from_id_token("the-id-token"),
        user="alice", cache=MemoryTokenCache(), clock=clock, observe=events.append,
    )  # fmt: skip


Call = Callable[[], Any]


@pytest.fixture
def call(session: CrossAppSession) -> Call:
    return lambda: session.request("GET", API, resource=RESOURCE, scope=SCOPE)


def counts(wire: responses.RequestsMock) -> tuple[int, int, int]:
    urls = [call.request.url for call in wire.calls]
    return urls.count(IDP.url), urls.count(AS.url), urls.count(API)


INVALID_TOKEN = {"status": 401, "headers": {"WWW-Authenticate": 'Bearer error="invalid_token"'}}


@pytest.mark.spec("MC-13")
def test_it_gets_a_token_once_and_uses_it_again_in_the_header_of_every_call(
    wire: responses.RequestsMock, call: Call
) -> None:
    assert [call().status, call().status] == [200, 200]
    assert counts(wire) == (1, 1, 2)
    for sent in (sent.request for sent in wire.calls if sent.request.method == "GET"):
        assert (sent.url, sent.headers["Authorization"]) == (API, "Bearer the-access-token")


@pytest.mark.spec("RF-04", "TR-15")
def test_it_renews_before_the_token_expires(wire: responses.RequestsMock, call: Call, clock: Clock) -> None:
    call()
    clock.now += 280
    call()
    assert counts(wire) == (1, 1, 2)
    clock.now += 10
    call()
    assert counts(wire) == (2, 2, 3)


@pytest.mark.spec("RF-07")
def test_it_renews_once_when_the_api_no_longer_takes_a_cached_token(
    wire: responses.RequestsMock, call: Call
) -> None:
    call()
    wire.replace(responses.GET, API, **INVALID_TOKEN)
    assert call().status == 401
    assert counts(wire) == (2, 2, 3)


@pytest.mark.spec("RF-07")
def test_a_new_token_that_the_api_refuses_starts_no_loop(wire: responses.RequestsMock, call: Call) -> None:
    wire.replace(responses.GET, API, **INVALID_TOKEN)
    assert call().status == 401
    assert counts(wire) == (1, 1, 1)


@pytest.mark.parametrize("answer", [{"status": 403}, {"status": 401}, {"status": 500}])
def test_other_answers_of_the_api_are_answers(wire: responses.RequestsMock, call: Call, answer: Body) -> None:
    call()
    wire.replace(responses.GET, API, **answer)
    assert call().status == answer["status"]
    assert counts(wire) == (1, 1, 2)


@pytest.mark.spec("RF-03", "RF-07")
@pytest.mark.parametrize("status", [400, 401])
def test_invalid_grant_is_answered_by_one_fresh_exchange_and_no_loop(
    wire: responses.RequestsMock, call: Call, status: int
) -> None:
    wire.replace(responses.POST, AS.url, json={"error": "invalid_grant"}, status=status)
    with pytest.raises(TokenEndpointError):
        call()
    assert counts(wire) == (2, 2, 0)


@pytest.mark.parametrize("error", ["access_denied", "invalid_target", "invalid_scope", "invalid_grant"])
def test_a_denial_by_the_idp_is_final(wire: responses.RequestsMock, call: Call, error: str) -> None:
    wire.replace(responses.POST, IDP.url, json={"error": error}, status=400)
    with pytest.raises(TokenEndpointError):
        call()
    assert counts(wire) == (1, 0, 0)


def test_a_lost_answer_is_not_asked_for_again(wire: responses.RequestsMock, call: Call) -> None:
    wire.replace(responses.POST, AS.url, body=requests.ReadTimeout("lost"))
    with pytest.raises(NoAnswer):
        call()
    assert counts(wire) == (1, 1, 0)


@pytest.mark.spec("SEC-37")
def test_tokens_of_two_users_never_mix(wire: responses.RequestsMock, session: CrossAppSession, call: Call) -> None:
    call()
    session.user = "bob"
    call()
    assert counts(wire) == (2, 2, 2)


def test_the_observer_hears_every_leg_and_no_token(
    wire: responses.RequestsMock, call: Call, events: list[Event]
) -> None:
    call()
    assert [(event.leg, event.phase) for event in events] == [
        ("token exchange", "started"), ("token exchange", "passed"),
        ("redemption", "started"), ("redemption", "passed"),
        ("api call", "started"), ("api call", "passed"),
    ]  # fmt: skip
    wire.replace(responses.POST, IDP.url, json={"error": "access_denied"}, status=400)
    assert all(secret not in str(events) for secret in ("the-id-jag", "the-access-token", "the-id-token"))
