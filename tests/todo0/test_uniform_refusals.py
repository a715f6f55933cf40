"""Whatever is wrong with an ID-JAG, the caller hears one thing, and the log the check, expected and found.

``User not found`` is the one exception, and off here; ``test_redemption`` has it on, as the demo has.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stage.kit import people
from tests import builders
from tests.todo0.conftest import ACME, Redeem, id_jag
from todo0.federation.models import Connection
from xaa import jose
from xaa.signin.sign_outs import remember_sign_outs

STRANGER = jose.generate_signing_key("ES256")


class Wrong(NamedTuple):
    """One thing that is wrong: in the ID-JAG, or in what is known here of the person or the connection."""

    check: str
    claims: dict[str, Any] = {}
    assertion: str = ""
    before: Callable[[], object] = lambda: None


def deactivate() -> None:
    User.objects.update(is_active=False)


def sign_out() -> None:
    remember_sign_outs(ACME, [people.ALICE.sub], at=timezone.now() + timedelta(minutes=1))


def switch_off() -> None:
    Connection.objects.update(xaa_enabled=False)


WRONG = {
    "no JWT": Wrong("R3", assertion="not.a.jwt"),
    "another type": Wrong("R4", {"typ": "at+jwt"}),
    "issuer unknown": Wrong("R5", {"iss": "https://idp.example/unheard-of"}),
    "issuer switched off": Wrong("R5", before=switch_off),
    "kid unknown": Wrong("R6", {"key": STRANGER}),
    "signed by a stranger": Wrong("R6", {"key": replace(STRANGER, kid=builders.IDP_KEY.kid)}),
    "for another server": Wrong("R7", {"aud": "https://other.example"}),
    "for another client": Wrong("R8", {"client_id": "evil0-at-todo0"}),
    "bound to a key": Wrong("R8", {"cnf": {"jkt": "x" * 43}}),
    "expired": Wrong("R9", {"exp": 1}),
    "not yet valid": Wrong("R10", {"nbf": 2**39}),
    "sub malformed": Wrong("R12", {"sub": ""}),
    "person unknown": Wrong("R12", {"sub": people.DAN.sub}),
    "person deactivated": Wrong("R12", before=deactivate),
    "person signed out": Wrong("R12", before=sign_out),
    "tenant": Wrong("R12", {"tenant": "acme"}),
    "another API": Wrong("R13", {"resource": "https://other.example/api"}),
    "scope malformed": Wrong("R14", {"scope": ["todos.read"]}),
    "jti malformed": Wrong("R11", {"jti": ""}),
}


@pytest.fixture(autouse=True)
def silent(settings: Any) -> None:
    settings.JWT_BEARER_DISCLOSE_UNKNOWN_USER = False


def seen_by_the_caller(answer: HttpResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.items())


@pytest.mark.spec("RD-31")
@pytest.mark.parametrize("name", WRONG)
def test_each_refusal_is_the_same_to_the_byte_and_the_log_says_which(
    redeem: Redeem, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    spent = id_jag()
    assert redeem(spent).status_code == 200
    uniform = seen_by_the_caller(redeem(spent))
    wrong = WRONG[name]
    wrong.before()
    caplog.clear()
    answer = redeem(wrong.assertion or id_jag(**wrong.claims))
    assert seen_by_the_caller(answer) == uniform
    [told] = [record.getMessage() for record in caplog.records if "refused at" in record.getMessage()]
    assert told.startswith(f"refused at {wrong.check} for client agent0-at-todo0: ")
    assert "expected" in told.lower(), told
    assert "found" in told.lower(), told


@pytest.mark.spec("RD-31")
def test_one_setting_makes_the_one_exception(redeem: Redeem, settings: Any) -> None:
    unknown = {"sub": people.DAN.sub}
    assert "User not found" not in redeem(id_jag(**unknown)).content.decode()
    settings.JWT_BEARER_DISCLOSE_UNKNOWN_USER = True
    assert redeem(id_jag(**unknown)).json()["error_description"] == "User not found"
    told = {name: redeem(id_jag(**wrong.claims)).content for name, wrong in WRONG.items() if wrong.claims}
    assert {name for name, body in told.items() if b"User not found" in body} == {"person unknown", "tenant"}


@pytest.mark.spec("RD-31", "RD-27", "RD-28", "RD-29")
@pytest.mark.parametrize(
    ("claims", "form", "error"),
    [
        ({}, {"scope": "admin"}, "invalid_scope"),
        ({"scope": "admin"}, {}, "invalid_scope"),
        ({"scope": ""}, {}, "invalid_scope"),
        ({}, {"resource": "https://other.example/api"}, "invalid_target"),
        ({"authorization_details": [{"type": "todo"}]}, {}, "invalid_authorization_details"),
        ({}, {"authorization_details": '[{"type": "todo"}]'}, "invalid_authorization_details"),
    ],
)
def test_an_answer_with_a_code_of_its_own_is_the_same_whether_she_has_an_account_or_not(
    redeem: Redeem, claims: dict[str, Any], form: dict[str, str], error: str
) -> None:
    """The person is looked up before and judged after: no scope can be used to ask who is here."""
    known, counted = refuse(redeem, claims, form)
    assert known.json()["error"] == error
    for somebody_else in (people.DAN.sub, "00u9nobody"):
        unknown, statements = refuse(redeem, claims | {"sub": somebody_else}, form)
        assert seen_by_the_caller(unknown) == seen_by_the_caller(known)
        assert statements == counted
    deactivate()
    inactive, statements = refuse(redeem, claims, form)
    assert (seen_by_the_caller(inactive), statements) == (seen_by_the_caller(known), counted)


@pytest.mark.spec("RD-31")
def test_an_unknown_person_costs_as_many_statements_as_a_wrong_scope(redeem: Redeem) -> None:
    _, of_unknown = refuse(redeem, {"sub": people.DAN.sub}, {})
    _, of_scope = refuse(redeem, {}, {"scope": "admin"})
    _, of_api = refuse(redeem, {"resource": "https://other.example/api"}, {})
    deactivate()
    _, of_inactive = refuse(redeem, {}, {})
    assert {of_unknown, of_scope, of_api, of_inactive} == {of_unknown}


def refuse(redeem: Redeem, claims: dict[str, Any], form: dict[str, str]) -> tuple[HttpResponse, int]:
    assertion = id_jag(**claims)
    with CaptureQueriesContext(connection) as statements:
        answer = redeem(assertion, **form)
    assert answer.status_code == 400, answer.content
    return answer, len(statements)


@pytest.mark.parametrize(
    "unread", ["not.a.jwt", "eyJhIjoxLCJhIjoxfQ.e30.x", "W10.e30.x", "eyJraWQiOjd9.e30.x", "e30.e30", "x" * 20_000]
)
def test_what_cannot_be_read_is_the_same_too(
    redeem: Redeem, caplog: pytest.LogCaptureFixture, unread: str
) -> None:
    uniform = seen_by_the_caller(redeem(id_jag(exp=1)))
    caplog.clear()
    assert seen_by_the_caller(redeem(unread)) == uniform
    assert "refused at R3" in caplog.text
    assert "expected" in caplog.text.lower()
    assert "found" in caplog.text.lower()
    assert unread not in caplog.text
