"""A resource authorization server made of Django, django-oauth-toolkit and xaa, and the IdP it trusts.

The IdP is faked where the wire ends: its metadata and keys are HTTP answers. Everything on this side is real.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import responses
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from oauth2_provider.models import AccessToken, Application

from tests import builders
from xaa import protocol
from xaa.jwt_bearer import trust
from xaa.jwt_bearer.models import CrossAppClient, RedeemedIdJag, UsedProof

SECRET = "agent0-secret-for-tests"
Redeem = Callable[..., HttpResponse]


@pytest.fixture
def idp() -> Iterator[responses.RequestsMock]:
    """The IdP's far side: metadata and one published key."""
    trust.load_directory.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        jwks_uri = f"{builders.ISSUER}/keys"
        far_side.get(
            "https://idp.example/.well-known/oauth-authorization-server/acme",
            json={"issuer": builders.ISSUER, "jwks_uri": jwks_uri},
        )
        far_side.get(jwks_uri, json=builders.jwks(builders.IDP_KEY))
        yield far_side
    trust.load_directory.cache_clear()


def register_client(client_id: str, *, allowed_scopes: str = "todos.read todos.write") -> Application:
    application = Application.objects.create(
        client_id=client_id,
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://agent.example/callback",
        name=client_id,
    )
    CrossAppClient.objects.create(application=application, allowed_scopes=allowed_scopes)
    return application


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create(username=f"{builders.ISSUER} {builders.SUBJECT}")


@pytest.fixture
def agent0(db: None) -> Application:
    return register_client(builders.CLIENT_ID)


@pytest.fixture
def redeem(idp: responses.RequestsMock, agent0: Application, alice: User) -> Redeem:
    """POST one redemption as Agent0; keyword arguments replace form parameters, ``None`` removes one."""

    def post(
        assertion: str | None,
        *,
        secret: str = SECRET,
        client_id: str = builders.CLIENT_ID,
        proof: str = "",
        **form: Any,
    ) -> Any:
        parameters = {
            "grant_type": protocol.GRANT_JWT_BEARER,
            "assertion": assertion,
            "client_id": client_id,
            "client_secret": secret,
        } | form
        form_body = urlencode({name: value for name, value in parameters.items() if value is not None}, doseq=True)
        headers = {"DPoP": proof} if proof else {}
        form_type = "application/x-www-form-urlencoded"
        return Client().generic("POST", "/o/token/", form_body, content_type=form_type, headers=headers)

    return post


@pytest.fixture
def refused(redeem: Redeem, caplog: pytest.LogCaptureFixture) -> Callable[..., HttpResponse]:
    """Redeem and see it refused by one named check, with the uniform answer, and with nothing written."""

    def see(assertion: str | None, *, by: str, error: str = "invalid_grant", **form: Any) -> Any:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="xaa.jwt_bearer"):
            answer = redeem(assertion, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, error), answer.content
        verdicts = [record.verdict for record in caplog.records if hasattr(record, "verdict")]
        assert [verdict.number for verdict in verdicts if verdict.outcome == "failed"] == [by], verdicts
        assert not RedeemedIdJag.objects.exists(), "a refused ID-JAG must not be burnt"
        assert not UsedProof.objects.exists(), "nor a proof"
        assert not AccessToken.objects.exists()
        return answer

    return see
