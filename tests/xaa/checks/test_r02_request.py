"""R2: a form with each parameter once, one assertion, and never a cacheable answer (RFC 6749 §3.2, §5.2)."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import SECRET, Redeem
from xaa import protocol

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def good_parameters() -> list[tuple[str, str]]:
    return [
        ("grant_type", protocol.GRANT_JWT_BEARER),
        ("assertion", build_id_jag()),
        ("client_id", builders.CLIENT_ID),
        ("client_secret", SECRET),
    ]


def post(parameters: list[tuple[str, str]], content_type: str = FORM) -> object:
    return Client().generic("POST", "/o/token/", urlencode(parameters), content_type=content_type)


@pytest.mark.spec("RD-01")
def test_it_refuses_a_missing_or_empty_assertion(redeem: Redeem) -> None:
    for absent in (None, ""):
        answer = redeem(absent)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("RD-01")
@pytest.mark.parametrize("name", ["grant_type", "assertion", "client_id", "client_secret", "scope"])
def test_it_refuses_a_parameter_sent_twice(redeem: Redeem, name: str) -> None:
    parameters = [*good_parameters(), ("scope", "todos.read")]
    assert post(parameters).status_code == 200  # type: ignore[attr-defined]
    parameters = [*good_parameters(), ("scope", "todos.read")]
    answer = post([*parameters, (name, dict(parameters)[name])])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")  # type: ignore[attr-defined]


@pytest.mark.spec("RD-01")
def test_it_refuses_an_unknown_grant(redeem: Redeem) -> None:
    for grant in ("urn:example:other", "urn:ietf:params:oauth:grant-type:device_code"):
        answer = redeem(build_id_jag(), grant_type=grant)
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_it_refuses_what_is_no_form(redeem: Redeem) -> None:
    for content_type in (
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        f"{FORM}; charset=utf-16",
    ):
        answer = post(good_parameters(), content_type=content_type)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")  # type: ignore[attr-defined]


@pytest.mark.spec("SEC-29")
def test_it_refuses_parameters_in_the_url(redeem: Redeem) -> None:
    url = f"/o/token/?{urlencode(good_parameters())}"
    answer = Client().generic("POST", url, urlencode(good_parameters()), content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("SEC-29")
def test_it_refuses_a_url_that_has_any_parameter(redeem: Redeem) -> None:
    for query, status in (("", 200), ("?", 200), ("?foo=bar", 400)):
        answer = Client().generic("POST", f"/o/token/{query}", urlencode(good_parameters()), content_type=FORM)
        assert answer.status_code == status, query


@pytest.mark.spec("SEC-18")
@pytest.mark.parametrize("second", ["header", "client_assertion"])
def test_it_refuses_two_ways_of_authenticating(redeem: Redeem, second: str) -> None:
    parameters, headers = good_parameters(), {}
    if second == "header":
        headers = {"HTTP_AUTHORIZATION": "Basic eDp5"}
    else:
        parameters.append((second, "x"))
    answer = Client().generic("POST", "/o/token/", urlencode(parameters), content_type=FORM, **headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_it_refuses_a_nul_which_no_database_can_look_up(redeem: Redeem) -> None:
    for value, status in (("a b", 200), ("a\0b", 400)):
        answer = post([*good_parameters(), ("unknown", value)])
        assert answer.status_code == status, value  # type: ignore[attr-defined]


@pytest.mark.spec("SEC-31")
def test_it_answers_only_to_post(redeem: Redeem) -> None:
    assert Client().get("/o/token/").status_code == 405


@pytest.mark.spec("AT-05")
def test_every_answer_forbids_caching(redeem: Redeem) -> None:
    for answer in (redeem(build_id_jag()), redeem("x"), redeem(None), redeem(None, grant_type=None)):
        assert answer["Cache-Control"] == "no-store"
        assert answer["Pragma"] == "no-cache"
        assert answer["Content-Type"] == "application/json"
