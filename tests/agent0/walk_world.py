"""Agent0 with the people of two enterprises, each with a conversation, a run and a token of her own words."""

import time
from collections.abc import Iterator

import responses
from django.conf import settings
from django.test import Client

from agent0.assistant.models import Turn
from agent0.jobs.models import Run, Step
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.models import SigninSession
from stage.kit import people
from tests.agent0.conftest import browser_of, make_user, sign_in
from tests.walk.walker import Visitor
from xaa.client import AccessToken, TokenKey

MARKS = {"acme": "zqvanvilzq", "globex": "zqvgadgetzq"}
CAST = tuple(person for person in people.PEOPLE if person.enterprise in MARKS)
HERS = frozenset(
    {
        "auth_user",
        "assistant_turn",
        "jobs_run",
        "jobs_step",
        "tokens_signinsession",
        "tokens_cachedaccesstoken",
        "tokens_retiredtoken",
    }
)
"""All that Agent0 has is somebody's, and what is hers she may change."""
Words = dict[str, tuple[str, ...]]


def owner_of(person: people.Person) -> str:
    return f"{person.enterprise}/{person.name.split()[0].lower()}"


def issuer_of(person: people.Person) -> str:
    return settings.IDP_ISSUER if person.enterprise == "acme" else settings.GLOBEX_ISSUER


def publish_idps(wire: responses.RequestsMock) -> None:
    for issuer in (settings.IDP_ISSUER, settings.GLOBEX_ISSUER):
        endpoints = {"authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}
        document = {"issuer": issuer, "jwks_uri": f"{issuer}/jwks", "end_session_endpoint": f"{issuer}/logout"}
        wire.get(f"{issuer}/.well-known/openid-configuration", json=document | endpoints)


def fill() -> tuple[Words, list[Visitor]]:
    words: Words = {
        "acme": (settings.IDP_ISSUER, settings.IDP_CLIENT_ID),
        "globex": (settings.GLOBEX_ISSUER, "agent0-at-globex", "Globex"),
    }
    visitors = [Visitor("nobody", Client())]
    for person in CAST:
        key = f"{MARKS[person.enterprise]}{person.name.split()[0].lower()}"
        words[owner_of(person)] = (key,)
        user = make_user(person)
        user.last_name, user.email = key, f"{key}@{person.enterprise}.example"
        user.save()
        session = sign_in(user, person, issuer=issuer_of(person), id_token=key, refresh_token=key)
        talk(session, key)
        hers = frozenset({person.enterprise, owner_of(person)})
        browser = browser_of(session)
        visitors.append(
            Visitor(
                person.key, browser, owner_of(person), hers, own_tables=HERS, is_guide=person.name.startswith("A")
            )
        )
    return words, visitors


def talk(session: SigninSession, key: str) -> None:
    """One request that was done, one that was refused, one that waits for her permission; and a token."""
    cache = SealedTokenCache(session_id=session.uuid, user_id=session.user_id)
    resource = TokenKey(str(session.uuid), settings.RESOURCE, ("todos.read",))
    cache.keep(resource, AccessToken(key, ("todos.read",), (), time.time() + 300))
    for run in make_runs(session, key):
        Step.objects.create(
            run=run, attempt=1, ordinal=1, name=Step.Name.ASK_IDP, detail={"reason": f"Said {key}"}
        )
        Turn.objects.create(user_id=session.user_id, run=run, words=f'Add "Do {key}"')


def make_runs(session: SigninSession, key: str) -> Iterator[Run]:
    refusal = {"code": "blocked_by_idp", "leg": "ask_idp", "error": "access_denied", "description": f"No {key}."}
    for state, outcome in (
        (Run.State.DONE, {"code": "created", "granted": "todos.read"}),
        (Run.State.REFUSED, refusal),
        (Run.State.FAILED, {"code": "resource_down", "leg": "call_api"}),
        (Run.State.WAITING_CONFIRMATION, {}),
    ):
        finished = session.started_at if state in Run.CLOSED else None
        yield Run.objects.create(
            user_id=session.user_id,
            session=session,
            kind=Run.Kind.ADD,
            arguments={"title": f"Do {key}"},
            state=state,
            outcome=outcome,
            finished_at=finished,
        )
