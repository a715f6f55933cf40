"""Alice signed in at Agent0, her tokens sealed, and a far side that answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from agent0.jobs import lease, worker
from agent0.jobs.models import Run
from agent0.tokens import sessions, store
from agent0.tokens.models import SigninSession
from stage.kit import people
from tests.agent0.far_side import FarSide
from tests.faults_side import arm
from xaa.signin import conf

ID_TOKEN = "alice-id-token"
REFRESH_TOKEN = "alice-refresh-token"


__all__ = ["arm"]


@pytest.fixture(autouse=True)
def settings_of_a_test(settings, tmp_path):
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True
    settings.CELERY_BROKER_URL = "memory://"
    settings.DETAILS = False  # test_details has them


@pytest.fixture(autouse=True)
def published(monkeypatch) -> list[str]:
    """The ids that reached the broker; there is none in these tests (test_queue_folder and test_kill have one)."""
    from agent0.jobs.tasks import run_job

    sent: list[str] = []
    monkeypatch.setattr(run_job, "apply_async", lambda args, **_options: sent.append(args[0]))
    return sent


@pytest.fixture
def far_side(settings) -> Iterator[FarSide]:
    with FarSide().serving() as running:
        settings.IDP_ISSUER, settings.GLOBEX_ISSUER = running.idp_issuer, running.globex_issuer
        settings.RESOURCE_AS_ISSUER = running.url
        settings.RESOURCE = f"{running.url}/api"
        settings.MCP_RESOURCE = f"{running.url}/mcp"
        conf.issuer_directory.cache_clear()
        yield running
    conf.issuer_directory.cache_clear()


def make_user(person: people.Person) -> User:
    first, _, last = person.name.partition(" ")
    return User.objects.create_user(f"user-{person.key}", email=person.email, first_name=first, last_name=last)


def sign_in(user: User, person: people.Person, **override) -> SigninSession:
    values = {
        "user_id": user.pk,
        "issuer": settings.IDP_ISSUER,
        "subject": person.sub,
        "sid": "sid-1",
        "id_token": ID_TOKEN,
        "refresh_token": REFRESH_TOKEN,
        "id_token_expires_at": timezone.now() + timedelta(minutes=10),
    } | override
    return sessions.start_session(**values)


def browser_of(session: SigninSession) -> Client:
    """A browser in which this sign-in lives."""
    client = Client()
    client.force_login(session.user)
    stored = client.session
    stored[store.SESSION_KEY] = str(session.uuid)
    stored.save()
    return client


@pytest.fixture
def alice(db) -> User:
    return make_user(people.ALICE)


@pytest.fixture
def bob(db) -> User:
    return make_user(people.BOB)


@pytest.fixture
def session(request, alice) -> SigninSession:
    if "far_side" in request.fixturenames:
        request.getfixturevalue("far_side")  # it is there that she signs in
    return sign_in(alice, people.ALICE)


@pytest.fixture
def browser(session) -> Client:
    return browser_of(session)


@pytest.fixture
def make_run(session) -> Callable[..., Run]:
    def make(kind: str = Run.Kind.ADD, **override) -> Run:
        arguments = override.pop(
            "arguments", {"title": "Book venue"} if kind in ("create_todo", "complete_todo") else {}
        )
        values = {"user_id": session.user_id, "session": session, "kind": kind, "arguments": arguments} | override
        return Run.objects.create(**values)

    return make


@pytest.fixture
def do() -> Callable[[Run], Run]:
    """One attempt at the Run, as the worker makes it, and what became of it."""

    def attempt(run: Run) -> Run:
        worker.work(lease.take(run.uuid))
        return Run.objects.prefetch_related("steps").get(uuid=run.uuid)

    return attempt
