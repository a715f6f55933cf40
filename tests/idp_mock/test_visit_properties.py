"""Whatever a browser or an app brings to the IdP's other doors: never a crash, and nobody is signed in by it."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from idp_mock.signin.models import IdpSession
from idp_mock.tokens.models import RefreshToken, TokenFamily
from tests.idp_mock.app_side import AGENT0, authorization_params
from tests.idp_mock.exchange_world import World
from tests.strategies import FORM, authorizations, bodies, bounded, content_types, queries, tokens_near
from xaa.throttle.models import FailedAttempts

pytestmark = pytest.mark.django_db
PAGES = [
    "authorize", "authorize/resume", "login", "login/second-factor", "logout", "logout/confirm", "saml/sso",
    "saml/metadata", "userinfo", "revoke",
]  # fmt: skip
CALM = {200, 302, 303, 400, 401, 403, 404, 405}


def kept() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (IdpSession, TokenFamily, RefreshToken))


@pytest.mark.parametrize("page", PAGES)
@bounded
@given(
    query=queries, body=st.none() | bodies, content_type=content_types, authorization=st.none() | authorizations
)
def test_no_visit_brings_a_door_down_or_signs_anybody_in(
    world: World,
    page: str,
    query: dict[str, list[str]],
    body: bytes | None,
    content_type: str,
    authorization: str | None,
) -> None:
    FailedAttempts.objects.all().delete()  # the counter would soon answer for the door
    browser, before = Client(headers={"Authorization": authorization} if authorization else {}), kept()
    if body is None:
        answer = browser.get(f"/acme/{page}", query)
    else:
        answer = browser.generic("POST", f"/acme/{page}", body, content_type=content_type)
    assert answer.status_code in CALM, answer.content[:300]
    assert kept() == before


@bounded
@given(query=queries)
def test_no_parameter_beside_a_good_request_brings_authorization_down(
    world: World, query: dict[str, list[str]]
) -> None:
    before = kept()
    answer = Client().get("/acme/authorize", authorization_params(AGENT0) | query)
    assert answer.status_code in CALM
    assert kept() == before


@bounded
@given(data=st.data())
def test_no_token_brings_revocation_down(world: World, data: st.DataObject) -> None:
    token = data.draw(tokens_near(world.refresh_token()))
    headers = {"Authorization": AGENT0.basic}
    body = urlencode({"token": token})
    answer = Client(headers=headers).generic("POST", "/acme/revoke", body, content_type=FORM)
    assert answer.status_code in (200, 400)


@bounded
@given(data=st.data())
def test_no_hint_brings_sign_out_down(world: World, data: st.DataObject) -> None:
    hint = data.draw(tokens_near(world.id_token()))
    answer = Client().get("/acme/logout", {"id_token_hint": hint} | data.draw(queries))
    assert answer.status_code in CALM
