"""Two enterprises with their IdPs, and a browser that signs in at them."""

import threading
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.xaa_signin.fake_idp import FakeIdp, IdpServer, callback_url, key_of
from xaa.signin.connections import Connection, StaticConnections


class Browser(Client):
    """Django's test client, with the steps of a sign-in."""

    def start(self, *, connection: str = "acme", **asked: str) -> str:
        """Start, and return where the browser is sent."""
        response = self.get("/signin/start", {"connection": connection, **asked})
        assert response.status_code == 302, response.content.decode()
        return response["Location"]

    def sign_in(self, idp: FakeIdp, *, connection: str = "acme", **asked: str) -> HttpResponse:
        """The whole way; returns the answer to the callback."""
        return self.come_back(idp.authorize(self.start(connection=connection, **asked)))

    def come_back(self, answer: dict[str, object]) -> HttpResponse:
        return self.get(callback_url(answer))

    def who(self) -> str:
        return self.get("/home").content.decode()


@pytest.fixture(scope="session")
def idp_server() -> Iterator[IdpServer]:
    server = IdpServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def acme(idp_server: IdpServer) -> FakeIdp:
    idp_server.idps["acme"] = FakeIdp(idp_server.origin, "acme", "app-at-acme", "secret:with+odd%41chars")
    return idp_server.idps["acme"]


@pytest.fixture
def globex(idp_server: IdpServer) -> FakeIdp:
    idp_server.idps["globex"] = FakeIdp(
        idp_server.origin, "globex", "app-at-globex", "other", key=key_of("globex")
    )
    return idp_server.idps["globex"]


def connection_to(idp: FakeIdp, **changes: object) -> Connection:
    good = {
        "slug": idp.name,
        "name": idp.name.title(),
        "issuer": idp.issuer,
        "client_id": idp.client_id,
        "client_secret": idp.client_secret,
        "email_domains": (f"{idp.name}.example",),
    }
    return Connection(**{**good, **changes})


@pytest.fixture
def connect(settings, acme, globex):
    """Change Acme's connection: ``connect(wants_userinfo=True)``."""

    def connect(**changes: object) -> None:
        settings.SIGNIN_CONNECTIONS = StaticConnections([connection_to(acme, **changes), connection_to(globex)])

    return connect


@pytest.fixture(autouse=True)
def connections(connect) -> None:
    """Both enterprises; and nothing that another test's IdP published is remembered."""
    connect()


@pytest.fixture
def browser(db) -> Browser:
    return Browser()
