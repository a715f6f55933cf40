"""Whatever comes to the sign-in's doors: a page or a redirect, never a crash, and nobody is signed in by it."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import REMOVED
from tests.strategies import (
    altered,
    authorizations,
    bodies,
    bounded,
    claim_changes,
    content_types,
    queries,
    sign_anything,
    tokens_near,
    types,
)
from tests.xaa_signin.fake_idp import OMIT
from tests.xaa_signin.test_backchannel import logout_token
from xaa import jose
from xaa.signin.models import FederatedIdentity, SignedInSession

pytestmark = pytest.mark.django_db
DOORS = ["start", "callback", "logout", "logged-out", "backchannel-logout"]
CALM = {200, 302, 400, 403, 404, 405, 502, 503}


def kept():
    return FederatedIdentity.objects.count(), SignedInSession.objects.count()


@pytest.mark.parametrize("door", DOORS)
@bounded
@given(
    query=queries, body=st.none() | bodies, content_type=content_types, authorization=st.none() | authorizations
)
def test_no_visit_brings_a_door_down(browser, door, query, body, content_type, authorization):
    visitor, before = Client(headers={"Authorization": authorization} if authorization else {}), kept()
    if body is None:
        answer = visitor.get(f"/signin/{door}", query)
    else:
        answer = visitor.generic("POST", f"/signin/{door}", body, content_type=content_type)
    assert answer.status_code in CALM, answer.content[:300]
    assert kept() == before


@bounded
@given(query=queries)
def test_no_answer_to_a_real_attempt_brings_the_callback_down(browser, acme, query):
    answer = acme.authorize(browser.start())
    before = kept()
    response = browser.get("/signin/callback", {"state": answer["state"]} | query)
    assert response.status_code in CALM
    assert kept() == before


@bounded
@given(change=claim_changes, typ=st.just("JWT") | types)
def test_no_claim_of_an_id_token_brings_the_callback_down(browser, acme, change, typ):
    """Signed by the IdP itself, which is trusted to say who somebody is, but not to be well."""
    acme.claims = {name: OMIT if value is REMOVED else value for name, value in change.items()}
    acme.typ = typ
    try:
        assert browser.sign_in(acme).status_code in CALM
    finally:
        acme.claims, acme.typ = {}, "JWT"


@bounded
@given(data=st.data())
def test_no_string_of_a_logout_token_brings_it_down(browser, acme, data):
    token = data.draw(tokens_near(logout_token(acme)))
    answer = Client().post("/signin/backchannel-logout", {"logout_token": token})
    assert answer.status_code in (200, 400)


@bounded
@given(change=claim_changes, typ=st.just("logout+jwt") | types)
def test_no_claim_of_a_logout_token_brings_it_down(browser, acme, change, typ):
    claims = altered(dict(jose.peek(logout_token(acme)).unverified_claims), change)
    token = sign_anything(claims, key=acme.key, typ=typ)
    answer = Client().post("/signin/backchannel-logout", {"logout_token": token})
    assert answer.status_code in (200, 400)
