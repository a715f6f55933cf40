"""The requests that are measured: each case prepares ``count`` of them and returns them as calls to make.

A call returns the response, so that a case that fails is noticed instead of being measured as very fast.
"""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.test import Client

Call = Callable[[], Any]
FORM = "application/x-www-form-urlencoded"


def post_form(path: str, form: dict[str, str], client_id: str, secret: str) -> Call:
    client, body = Client(), urlencode(form)
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return lambda: client.post(path, body, content_type=FORM, headers={"Authorization": f"Basic {basic}"})


def client_credentials(count: int) -> list[Call]:
    return [post_form("/token", {"grant_type": "client_credentials"}, "stock", "secret")] * count


def seed_stock() -> None:
    from oauth2_provider.models import Application

    Application.objects.create(
        client_id="stock",
        client_secret="secret",
        hash_client_secret=False,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )


def load_keys_of_the_idp() -> None:
    """Into the cache, where they are for all but the first redemption after a start."""
    from django.conf import settings

    from tests import builders
    from xaa import jose
    from xaa.jwt_bearer import trust
    from xaa.metadata import _CachedKeys

    state, now = trust.load_directory()._state_of(settings.IDP_ISSUER), trust.load_directory()._clock()
    state.keys, state.asked_at = _CachedKeys(jose.KeySet.from_jwks(builders.jwks(builders.IDP_KEY)), now), now


def redemption(count: int) -> list[Call]:
    from django.conf import settings

    from stage.kit.registrations import AGENT0_AT_TODO0
    from tests import builders
    from xaa import protocol

    load_keys_of_the_idp()
    names = {"iss": settings.IDP_ISSUER, "aud": settings.JWT_BEARER_ISSUER, "resource": settings.API_RESOURCE}

    def prepare() -> Call:
        form = {"grant_type": protocol.GRANT_JWT_BEARER, "assertion": builders.build_id_jag(**names)}
        return post_form("/oauth/token", form, AGENT0_AT_TODO0.client_id, AGENT0_AT_TODO0.load_secret())

    return [prepare() for _ in range(count)]


def api_list(count: int) -> list[Call]:
    token = redemption(1)[0]().json()["access_token"]
    client = Client(headers={"Authorization": f"Bearer {token}"})
    return [lambda: client.get("/api/todos")] * count


def exchange(count: int) -> list[Call]:
    from datetime import timedelta

    from idp_mock import clock
    from idp_mock.directory.models import App, Person
    from idp_mock.signin.models import IdpSession
    from idp_mock.tokens.id_token import issue_id_token
    from idp_mock.tokens.models import TokenFamily
    from stage.kit import addresses
    from stage.kit.people import ALICE
    from stage.kit.registrations import AGENT0_AT_ACME
    from xaa import protocol

    person = Person.objects.get(enterprise__slug="acme", sub=ALICE.sub)
    app = App.objects.select_related("enterprise").get(client_id=AGENT0_AT_ACME.client_id)
    at = clock.now() - timedelta(minutes=1)
    session = IdpSession.objects.create(person=person, auth_time=at, started_at=at)
    family = TokenFamily.objects.create(
        app=app, session=session, scope="openid", auth_time=at, amr=session.amr, acr="", started_at=at
    )
    form = {
        "grant_type": protocol.GRANT_TOKEN_EXCHANGE,
        "requested_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "audience": addresses.TODO0_URL,
        "resource": f"{addresses.TODO0_URL}/api",
        "scope": "todos.read todos.write",
        "subject_token": issue_id_token(family, scope="openid", now=at, nonce="n"),
        "subject_token_type": protocol.TOKEN_TYPE_ID_TOKEN,
    }
    return [post_form("/acme/token", form, app.client_id, AGENT0_AT_ACME.load_secret())] * count


CASES: dict[str, tuple[str, Callable[[int], list[Call]]]] = {
    "client_credentials": ("benchmarks.stock_settings", client_credentials),
    "redemption": ("todo0.settings", redemption),
    "api list": ("todo0.settings", api_list),
    "exchange": ("idp_mock.settings", exchange),
}
