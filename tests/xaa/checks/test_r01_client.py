"""R1: the client authenticates as itself, here, and may use the grant (ID-JAG §9.1; RFC 6749 §2.3)."""

import base64

import pytest
from django.test import Client
from oauth2_provider.models import Application

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import SECRET, Redeem, register_client
from xaa import protocol
from xaa.jwt_bearer.models import CrossAppClient, RedeemedIdJag

pytestmark = pytest.mark.django_db


@pytest.mark.spec("RD-02")
def test_it_accepts_the_secret_in_the_form_and_in_the_header(redeem: Redeem) -> None:
    assert redeem(build_id_jag()).status_code == 200
    assert post_with_header(build_id_jag(), SECRET).status_code == 200


@pytest.mark.spec("RD-02", "SEC-17")
@pytest.mark.parametrize("credentials", [{"secret": "wrong"}, {"client_id": "nobody"}, {"secret": ""}])
def test_it_refuses_bad_credentials_with_one_answer(redeem: Redeem, credentials: dict[str, str]) -> None:
    answer = redeem(build_id_jag(), **credentials)
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client", "error_description": "Client authentication failed."}
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.spec("RD-18")
def test_a_client_id_alone_authenticates_nobody(redeem: Redeem) -> None:
    answer = redeem(build_id_jag(), client_secret=None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("SEC-18")
def test_it_refuses_two_ways_of_authenticating_at_once(redeem: Redeem) -> None:
    answer = post_with_header(build_id_jag(), SECRET, client_id=builders.CLIENT_ID, client_secret=SECRET)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.spec("SEC-18")
def test_it_refuses_a_client_assertion_beside_the_secret_and_in_its_place(redeem: Redeem) -> None:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    answer = redeem(build_id_jag(), client_assertion="a.b.c", client_assertion_type=kind)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    answer = redeem(build_id_jag(), client_assertion="a.b.c", client_assertion_type=kind, client_secret=None)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("RD-18", "SEC-18")
def test_the_form_may_repeat_the_client_of_the_header_and_name_no_other(redeem: Redeem) -> None:
    register_client("evil0")
    answer = post_with_header(build_id_jag(), SECRET, client_id="evil0")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert post_with_header(build_id_jag(), SECRET, client_id=builders.CLIENT_ID).status_code == 200


@pytest.mark.parametrize("header", ["Basic é", "Basic /w==", "Basic", "Basic \0", "Bearer é"])
def test_a_garbled_header_authenticates_nobody(redeem: Redeem, header: str) -> None:
    form = f"grant_type={protocol.GRANT_JWT_BEARER}&assertion=x"
    content_type = "application/x-www-form-urlencoded"
    answer = Client().post("/o/token/", form, content_type=content_type, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.spec("RD-04")
def test_it_authenticates_before_it_looks_at_the_assertion(redeem: Redeem, idp: object) -> None:
    answer = redeem("no JWT at all", secret="wrong")
    assert answer.json()["error"] == "invalid_client"
    assert not idp.calls  # type: ignore[attr-defined]


@pytest.mark.spec("RD-05")
def test_it_refuses_a_client_that_is_not_registered_for_the_grant(redeem: Redeem) -> None:
    CrossAppClient.objects.all().delete()
    answer = redeem(build_id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.spec("RD-03")
def test_it_refuses_a_public_client(redeem: Redeem) -> None:
    Application.objects.update(client_type=Application.CLIENT_PUBLIC)
    answer = redeem(build_id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    assert not RedeemedIdJag.objects.exists()


def post_with_header(assertion: str, secret: str, **form: str) -> object:
    credentials = base64.b64encode(f"{builders.CLIENT_ID}:{secret}".encode()).decode()
    return Client().post(
        "/o/token/",
        data="&".join(
            f"{name}={value}"
            for name, value in ({"grant_type": protocol.GRANT_JWT_BEARER, "assertion": assertion} | form).items()
        ),
        content_type="application/x-www-form-urlencoded",
        headers={"Authorization": f"Basic {credentials}"},
    )
