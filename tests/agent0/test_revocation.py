"""After a sign-out the tokens are not only dropped but revoked, and nobody waits for that (RFC 7009)."""

import base64
import json
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from agent0.jobs import publishing
from agent0.jobs.tasks import revoke_token as task
from agent0.tokens import retired, sealing, sessions
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.models import CachedAccessToken, RetiredToken
from tests.agent0.answers import Answer, refusal
from tests.agent0.conftest import ID_TOKEN, REFRESH_TOKEN
from xaa.client import AccessToken, TokenKey

pytestmark = pytest.mark.django_db

ACCESS_TOKEN = "alice-access-token"


@pytest.fixture
def acting(session, far_side):
    """Alice is signed in and has an access token."""
    cache = SealedTokenCache(session_id=session.uuid, user_id=session.user_id)
    cache.keep(key_of(session), token())
    return session


def key_of(session):
    return TokenKey(str(session.uuid), settings.RESOURCE, ("todos.read",))


def token(value=ACCESS_TOKEN):
    return AccessToken(value=value, scope=("todos.read",), resource=(), expires_at=time.time() + 300)


@pytest.fixture
def queue(monkeypatch):
    sent = []
    monkeypatch.setattr(task, "apply_async", lambda args, **_options: sent.append(args[0]))
    return sent


def work(queue):
    """What the sweeper and the worker do in the next second."""
    publishing.publish_retired_tokens()
    while queue:
        task(queue.pop())


def told(far_side):
    return [
        (seen.what, seen.form["token"], seen.form["token_type_hint"], user_in(seen.headers["authorization"]))
        for seen in far_side.seen
        if seen.what.startswith("revoke")
    ]


def user_in(basic):
    return base64.b64decode(basic.split()[1]).decode().partition(":")[0]


@pytest.mark.spec("RF-10")
def test_each_token_is_revoked_at_the_server_that_issued_it(acting, browser, far_side, queue):
    assert browser.post("/signin/logout").status_code == 200
    assert told(far_side) == [], "the person has her answer, and no server was asked yet"
    work(queue)
    assert sorted(told(far_side)) == [
        ("revoke_at_as", ACCESS_TOKEN, "access_token", "agent0-at-todo0"),
        ("revoke_at_idp", REFRESH_TOKEN, "refresh_token", "agent0-at-acme"),
    ]
    assert not RetiredToken.objects.exists()
    work(queue)
    assert len(told(far_side)) == 2


@pytest.mark.spec("RF-10")
@pytest.mark.parametrize("end", ["sign-out", "the IdP's word", "time is up"])
def test_it_is_the_same_however_a_sign_in_ends(acting, browser, far_side, queue, end):
    if end == "sign-out":
        browser.post("/signin/logout")
    elif end == "the IdP's word":
        sessions.end_covered(Q(issuer=acting.issuer, sid=acting.sid))
    else:
        sessions.drop_expired(acting.ends_at)
    acting.refresh_from_db()
    assert (acting.sealed_id_token, acting.sealed_refresh_token) == ("", "")
    assert not CachedAccessToken.objects.exists()
    work(queue)
    assert ("revoke_at_idp", REFRESH_TOKEN) in [revoked[:2] for revoked in told(far_side)]


def test_a_newer_sign_in_of_the_same_person_is_not_put_at_risk(acting, far_side, queue):
    """Some servers end all that an app has for a person with one of its refresh tokens (RFC 7009 §2.1)."""
    sessions.end_session(acting, is_replaced=True)
    acting.refresh_from_db()
    assert acting.sealed_refresh_token == ""
    work(queue)
    assert [revoked[:2] for revoked in told(far_side)] == [("revoke_at_as", ACCESS_TOKEN)]


@pytest.mark.spec("SEC-38")
def test_a_token_for_a_former_api_is_shown_to_no_other_server(acting, far_side, queue, settings):
    """The installation was pointed at another resource app meanwhile."""
    settings.RESOURCE = "https://another.example/api"
    sessions.end_session(acting)
    work(queue)
    assert [revoked[:2] for revoked in told(far_side)] == [("revoke_at_idp", REFRESH_TOKEN)]
    assert not CachedAccessToken.objects.exists()


def test_it_revokes_nothing_of_a_sign_in_that_lives_or_has_ended_before(acting, far_side, queue):
    work(queue)
    assert told(far_side) == []
    for _ in range(2):
        sessions.end_session(acting)
        work(queue)
    assert len(told(far_side)) == 2


@pytest.mark.spec("RF-10")
def test_a_dead_server_costs_the_person_nothing_and_is_asked_again_later(acting, browser, far_side, queue):
    far_side.answers["revoke_at_idp"] = Answer(503, {}, {"Retry-After": "5"})
    assert browser.post("/signin/logout").status_code == 200
    work(queue)
    assert [row.kind for row in RetiredToken.objects.all()] == ["refresh_token"]
    work(queue)
    assert [revoked[0] for revoked in told(far_side)].count("revoke_at_idp") == 1, "not again at once"
    del far_side.answers["revoke_at_idp"]
    RetiredToken.objects.update(due_at=timezone.now())
    work(queue)
    assert not RetiredToken.objects.exists()


def test_many_tokens_for_a_dead_server_cost_one_attempt(far_side, queue):
    far_side.answers["revoke_at_idp"] = Answer(503, {})
    for number in range(5):
        until = timezone.now() + timedelta(hours=1)
        retired.retire("refresh_token", f"token-{number}", issuer=settings.IDP_ISSUER, until=until)
    RetiredToken.objects.exclude(pk=RetiredToken.objects.first().pk).update(
        due_at=timezone.now() + timedelta(seconds=1)
    )
    work(queue)
    assert set(RetiredToken.objects.filter(due_at__lte=timezone.now() + timedelta(seconds=20))) == set()
    assert len(told(far_side)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        refusal("unsupported_token_type"),
        refusal("invalid_client", status=401),
        Answer(404, b"no such page"),
        Answer(200, b"no JSON"),
    ],
)
def test_a_server_that_has_decided_is_not_asked_again(acting, far_side, queue, answer):
    far_side.answers["revoke_at_as"] = answer
    sessions.end_session(acting)
    for _ in range(2):
        RetiredToken.objects.update(due_at=timezone.now())
        work(queue)
    assert [revoked[0] for revoked in told(far_side)].count("revoke_at_as") == 1
    assert not RetiredToken.objects.exists()


def test_a_server_without_such_an_endpoint_is_left_alone(acting, far_side, queue):
    far_side.answers["as_metadata"] = Answer(200, {"issuer": far_side.url, "token_endpoint": "https://x.example"})
    sessions.end_session(acting)
    work(queue)
    assert [revoked[0] for revoked in told(far_side)] == ["revoke_at_idp"]
    assert not RetiredToken.objects.exists()


def test_it_gives_up_when_there_is_nothing_left_to_revoke(acting, far_side, queue):
    sessions.end_session(acting)
    RetiredToken.objects.update(give_up_at=timezone.now())
    work(queue)
    assert (told(far_side), RetiredToken.objects.count()) == ([], 0)


@pytest.mark.spec("RF-10")
def test_a_token_that_comes_after_the_sign_out_is_revoked_too(acting, far_side, queue):
    cache = SealedTokenCache(session_id=acting.uuid, user_id=acting.user_id)
    sessions.end_session(acting)
    with pytest.raises(sessions.SigninEnded):
        cache.keep(key_of(acting), token("came-too-late"))
    work(queue)
    assert "came-too-late" in [revoked[1] for revoked in told(far_side)]


@pytest.mark.spec("TX-35", "SEC-30")
def test_what_waits_is_sealed_for_that_alone_and_the_queue_carries_an_id(acting, far_side, queue):
    sessions.end_session(acting)
    publishing.publish_retired_tokens()
    rows = list(RetiredToken.objects.all())
    assert sorted(queue) == sorted(str(row.uuid) for row in rows)
    everything = json.dumps(queue) + "".join(str(vars(row)) for row in rows)
    assert not [secret for secret in (ID_TOKEN, REFRESH_TOKEN, ACCESS_TOKEN) if secret in everything]
    for row in rows:
        with pytest.raises(sealing.TokenUnreadable):
            sealing.unseal(row.sealed_token, owner=acting.owner_of(row.kind))


def test_no_token_reaches_the_log(acting, far_side, queue, caplog):
    caplog.set_level("DEBUG")
    far_side.answers["revoke_at_as"] = refusal("unsupported_token_type", f"not {ACCESS_TOKEN[:3]}")
    sessions.end_session(acting)
    work(queue)
    assert "revoked one refresh_token at" in caplog.text
    assert not [secret for secret in (REFRESH_TOKEN, ACCESS_TOKEN) if secret in caplog.text]
