"""Who has proved by a secret to be a client, and what is left of those that have not."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from oauth2_provider.models import Application

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import SECRET, Redeem
from xaa import protocol
from xaa.jwt_bearer.presented import Decision

FORM = "application/x-www-form-urlencoded"
ASSERTION = {"client_assertion_type": protocol.CLIENT_ASSERTION_TYPE, "client_assertion": "x"}
DECISIONS: list[Decision] = []


def keep(decision: Decision) -> None:
    DECISIONS.append(decision)


def redeem_with_header(authorization: str) -> Any:
    body = urlencode({"grant_type": protocol.GRANT_JWT_BEARER, "assertion": build_id_jag()})
    return Client().generic("POST", "/o/token/", body, content_type=FORM, headers={"Authorization": authorization})


def basic(secret: str, *, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{builders.CLIENT_ID}:{secret}'.encode()).decode()}"


@pytest.mark.spec("RD-02", "RD-03")
def test_it_refuses_an_empty_secret_even_of_a_client_that_was_saved_without_any(redeem: Redeem) -> None:
    for client in Application.objects.all():
        client.client_secret = ""
        client.save()  # the toolkit hashes it, as it does any
    answers = [redeem(build_id_jag(), secret=""), redeem(build_id_jag(), client_secret=None)]
    answers.append(redeem_with_header(basic("")))
    for answer in answers:
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    client.client_secret = SECRET
    client.save()
    assert redeem(build_id_jag()).status_code == 200


@pytest.mark.spec("RD-02")
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_name_of_a_scheme_has_no_case(redeem: Redeem, scheme: str) -> None:
    assert redeem_with_header(basic(SECRET, scheme=scheme)).status_code == 200


@pytest.mark.parametrize(
    "authorization", ["Basic", "Basic ", "Basicx", "Bearer x", "Basic \u00e9", basic("wrong")]
)
def test_it_refuses_what_is_no_basic_authentication(redeem: Redeem, authorization: str) -> None:
    answer = redeem_with_header(authorization)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("SEC-34")
@pytest.mark.parametrize("credentials", [{"secret": "wrong"}, {"client_secret": None, **ASSERTION}])
def test_who_fails_in_a_clients_name_leaves_nothing_in_its_log(
    redeem: Redeem, settings: Any, credentials: dict[str, Any]
) -> None:
    settings.JWT_BEARER_DECISION_LOG = f"{__name__}.keep"
    DECISIONS.clear()
    assert redeem(build_id_jag(), **credentials).status_code == 401
    assert not DECISIONS
    assert redeem(build_id_jag()).status_code == 200
    assert len(DECISIONS) == 1


@pytest.mark.spec("RD-01")
@pytest.mark.parametrize("parameter", [b"x=%FF", b"x=\xff", b"x%FF=y", b"x=%00", b"x=%EF%BF%BD"])
def test_a_form_that_is_no_text_is_refused_and_not_mended(redeem: Redeem, parameter: bytes) -> None:
    form = {"client_id": builders.CLIENT_ID, "client_secret": SECRET, "grant_type": protocol.GRANT_JWT_BEARER}
    good = urlencode(form | {"assertion": build_id_jag()}).encode()
    answer = Client().generic("POST", "/o/token/", good + b"&" + parameter, content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert Client().generic("POST", "/o/token/", good + b"&x=%C3%A9", content_type=FORM).status_code == 200
