"""The requesting app asks for details, in both legs, and takes no answer that says more (RFC 9396 §7)."""

import json
from typing import Any

import pytest
import responses

from tests import builders
from tests.xaa.test_client import (
    API,
    AS,
    EXCHANGED,
    IDP,
    REDEEMED,
    RESOURCE,
    SCOPE,
    Body,
    altered,
    exchange,
    sent_to,
    wire,  # noqa: F401  a fixture
)
from xaa import jose, protocol
from xaa.authorization_details import Details
from xaa.client import CrossAppSession, Event, MemoryTokenCache, SubjectToken, UnexpectedResponse, redeem_id_jag
from xaa.http import OutgoingHttp

TYPE = "https://todo.example/authorization/todos"
DETAIL = {"type": TYPE, "locations": [RESOURCE], "actions": ["read", "create"]}
LESS = DETAIL | {"actions": ["read"]}


def answer(body: Body, *details: Body) -> Body:
    return altered(body, authorization_details=list(details))


def redeem(id_jag: Any, *details: Body) -> Any:
    return redeem_id_jag(OutgoingHttp(), AS, id_jag=id_jag, details=details, clock=lambda: 1000.0)


def open_session(seen: list[Event]) -> CrossAppSession:
    subject = SubjectToken.from_id_token("the-id-token")
    return CrossAppSession(
        OutgoingHttp(), IDP, AS, lambda: subject, "alice", MemoryTokenCache(), lambda: 1000.0, seen.append
    )


@pytest.mark.spec("RA-01")
def test_it_sends_a_json_array_of_objects(wire: responses.RequestsMock) -> None:  # noqa: F811
    id_jag = exchange(details=(DETAIL,))
    [sent] = sent_to(wire, IDP.url)
    assert json.loads(sent["authorization_details"][0]) == [DETAIL]
    assert id_jag.details == (DETAIL,), "not returned, so as asked (ID-JAG §4.3.4)"


@pytest.mark.spec("RA-01")
def test_without_details_it_sends_none(wire: responses.RequestsMock) -> None:  # noqa: F811
    id_jag = exchange()
    redeem(id_jag)
    assert id_jag.details == ()
    assert "authorization_details" not in {**sent_to(wire, IDP.url)[0], **sent_to(wire, AS.url)[0]}


@pytest.mark.spec("RA-01", "RA-06")
def test_what_was_granted_is_what_it_has(wire: responses.RequestsMock) -> None:  # noqa: F811
    wire.replace(responses.POST, IDP.url, json=answer(EXCHANGED, LESS))
    wire.replace(responses.POST, AS.url, json=answer(REDEEMED, LESS | {"identifier": "17"}))
    id_jag = exchange(details=(DETAIL,))
    assert id_jag.details == (LESS,)
    assert redeem(id_jag).details == (LESS | {"identifier": "17"},)


@pytest.mark.spec("RA-01", "RA-10")
def test_it_may_ask_for_less_at_redemption_and_gets_no_more(wire: responses.RequestsMock) -> None:  # noqa: F811
    id_jag = exchange(details=(DETAIL,))
    wire.replace(responses.POST, AS.url, json=answer(REDEEMED, LESS))
    assert redeem(id_jag, LESS).details == (LESS,)
    assert json.loads(sent_to(wire, AS.url)[0]["authorization_details"][0]) == [LESS]
    wire.replace(responses.POST, AS.url, json=answer(REDEEMED, DETAIL))
    with pytest.raises(UnexpectedResponse) as refused:
        redeem(id_jag, LESS)
    assert (refused.value.leg, refused.value.field) == ("redemption", "authorization_details")


@pytest.mark.spec("TR-08")
def test_details_that_come_unasked_are_taken_since_they_say_less(wire: responses.RequestsMock) -> None:  # noqa: F811
    claims = {"resource": RESOURCE, "authorization_details": [LESS]}
    id_jag = jose.sign(claims, key=builders.IDP_KEY, typ=protocol.TYP_ID_JAG)
    wire.replace(responses.POST, IDP.url, json=altered(answer(EXCHANGED, LESS), access_token=id_jag))
    wire.replace(responses.POST, AS.url, json=answer(REDEEMED, LESS))
    assert redeem(exchange()).details == (LESS,)


@pytest.mark.spec("TR-15")
def test_a_session_keeps_a_token_for_each_set_of_details(wire: responses.RequestsMock) -> None:  # noqa: F811
    seen: list[Event] = []
    session = open_session(seen)

    def call(*details: Body) -> None:
        wire.replace(responses.POST, AS.url, json=answer(REDEEMED, *details) if details else REDEEMED)
        asked: Details = details
        session.request("GET", API, resource=RESOURCE, scope=SCOPE, details=asked)

    for details in ([DETAIL], [LESS], [DETAIL], [], [LESS]):
        call(*details)
    asked = [sent.get("authorization_details", [""])[0] for sent in sent_to(wire, IDP.url)]
    assert [json.loads(text or "[]") for text in asked] == [[DETAIL], [LESS], []]
    told = [
        event.facts.get("details", "") for event in seen if event.leg == "redemption" and event.phase == "passed"
    ]
    assert [json.loads(text or "[]") for text in told] == [[DETAIL], [LESS], []]
