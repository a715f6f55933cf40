"""Todo0 as it is seeded, the IdP it trusts faked at the far side of the wire, and the two apps that call it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from stage.kit import people
from tests import builders
from tests.faults_side import arm
from tests.todo0.agent0_side import ACME, API, TODO0, basic_auth, id_jag, post_form, secret_of
from tests.todo0.setup_side import far_side, ready, setup
from todo0.federation.models import Connection
from todo0.seed import seed
from xaa import protocol
from xaa.jwt_bearer import trust
from xaa.signin.callback import CONNECTION_KEY
from xaa.signin.models import FederatedIdentity

TODO0_INC = "http://localhost:8003/todo0-inc"
METADATA_OF_API = f"{TODO0}/.well-known/oauth-protected-resource/api"

Redeem = Callable[..., HttpResponse]
Call = Callable[..., HttpResponse]

__all__ = [
    "ACME", "API", "TODO0", "arm", "basic_auth", "far_side", "id_jag", "post_form", "ready", "secret_of", "setup",
]  # fmt: skip


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Seeded once; each test's changes are rolled back."""
    with django_db_blocker.unblock():
        seed()


@pytest.fixture
def seeded(db: None) -> None:
    """The seeded state, also after a test that had to commit and so emptied the tables."""
    if not Connection.objects.exists():
        seed()


@pytest.fixture
def alice(seeded: None) -> User:
    return user_of(people.ALICE)


@pytest.fixture
def tove(seeded: None) -> User:
    """Todo0's own administrator."""
    return FederatedIdentity.objects.get(issuer=TODO0_INC, subject=people.TOVE.sub).user


@pytest.fixture
def admin(tove: User) -> Client:
    """Her browser, against which CSRF protection is on."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(tove)
    come_by(client, "todo0-inc")
    return client


def come_by(browser: Client, connection: str) -> None:
    """As the callback of a sign-in leaves it."""
    session = browser.session
    session[CONNECTION_KEY] = connection
    session.save()


@pytest.fixture
def bob(seeded: None) -> User:
    return user_of(people.BOB)


def user_of(person: people.Person) -> User:
    return FederatedIdentity.objects.get(issuer=ACME, subject=person.sub).user


@pytest.fixture
def acme(settings: Any) -> Iterator[responses.RequestsMock]:
    """Acme's metadata and its one key, as HTTP answers."""
    settings.JWT_BEARER_ALLOW_PRIVATE_ADDRESSES = True
    trust.load_directory.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as far_side:
        far_side.get(
            "http://localhost:8003/.well-known/oauth-authorization-server/acme",
            json={"issuer": ACME, "jwks_uri": f"{ACME}/jwks"},
        )
        far_side.get(f"{ACME}/jwks", json=builders.jwks(builders.IDP_KEY))
        yield far_side
    trust.load_directory.cache_clear()


@pytest.fixture
def redeem(acme: responses.RequestsMock, seeded: None) -> Redeem:
    """POST an ID-JAG to the token endpoint as Agent0; keyword arguments replace form parameters, None removes."""

    def post(assertion: str, *, client_id: str = "agent0-at-todo0", **form: Any) -> HttpResponse:
        parameters = {
            "grant_type": protocol.GRANT_JWT_BEARER,
            "assertion": assertion,
            "client_id": client_id,
            "client_secret": secret_of(client_id),
        } | form
        present = {name: value for name, value in parameters.items() if value is not None}
        return post_form("/oauth/token", present)

    return post


@pytest.fixture
def token(redeem: Redeem) -> str:
    """A real access token for Alice, by way of an ID-JAG."""
    answer = redeem(id_jag())
    assert answer.status_code == 200, answer.content
    return answer.json()["access_token"]


@pytest.fixture
def read_only(redeem: Redeem) -> str:
    return redeem(id_jag(scope="todos.read")).json()["access_token"]


@pytest.fixture
def call(token: str) -> Call:
    """Call the API with Alice's token: ``call("POST", "/todos", {"title": ...})``."""

    def send(method: str, path: str, body: Any = None, *, bearer: str = token, **headers: str) -> HttpResponse:
        return call_api(method, path, body, Authorization=f"Bearer {bearer}", **headers)

    return send


def call_api(method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
    client = Client(headers={name.replace("_", "-"): value for name, value in headers.items()})
    content = {} if body is None else {"data": body, "content_type": "application/json"}
    return getattr(client, method.lower())(f"/api{path}", **content)


@pytest.fixture
def mcp_http(transactional_db: None, acme: responses.RequestsMock, seeded: None) -> Iterator[Any]:
    """The MCP server as an ASGI application. Its threads have connections of their own: the data is committed."""
    from starlette.testclient import TestClient

    from tests.todo0.mcp_side import publish_todo0
    from todo0.mcp.asgi import build

    publish_todo0(acme)
    with TestClient(build(), base_url="http://localhost:8004") as http:
        yield http


@pytest.fixture
def mcp(mcp_http: Any, redeem: Redeem) -> Any:
    """Agent0 at the MCP server, with an access token for Alice."""
    from tests.todo0.mcp_side import McpCaller, id_jag_for_mcp

    answer = redeem(id_jag_for_mcp())
    assert answer.status_code == 200, answer.content
    return McpCaller(mcp_http, answer.json()["access_token"])
