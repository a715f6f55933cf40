"""The person's tokens: sealed, bound to her, given to the exchange one at a time, gone when she is."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from agent0.jobs.models import Run
from agent0.tokens import sealing, sessions
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.models import CachedAccessToken, RetiredToken, SigninSession
from agent0.tokens.subject import SubjectBusy, SubjectSource
from stage.kit import people
from tests.agent0.conftest import ID_TOKEN, REFRESH_TOKEN, sign_in
from xaa import protocol
from xaa.client import AccessToken, TokenKey

pytestmark = pytest.mark.django_db

SCOPE = ("todos.read",)
RESOURCE = "http://localhost:8002/api"


def source_of(session, user_id=None, **options) -> SubjectSource:
    return SubjectSource(session_id=session.uuid, user_id=user_id or session.user_id, **options)


def cache_of(session, user_id=None) -> SealedTokenCache:
    return SealedTokenCache(session_id=session.uuid, user_id=user_id or session.user_id)


def key_of(session) -> TokenKey:
    return TokenKey(str(session.uuid), RESOURCE, SCOPE)


def access_token(value: str = "alice-access-token") -> AccessToken:
    in_five_minutes = (timezone.now() + timedelta(minutes=5)).timestamp()
    return AccessToken(value, scope=SCOPE, resource=(RESOURCE,), expires_at=in_five_minutes)


def expire_id_token(session) -> None:
    SigninSession.objects.filter(uuid=session.uuid).update(
        id_token_expires_at=timezone.now() + timedelta(seconds=29)
    )


# Sealing


@pytest.mark.spec("TX-35")
def test_no_token_is_in_the_database_in_the_clear(session):
    cache_of(session).keep(key_of(session), access_token())
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tokens_signinsession")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT * FROM tokens_cachedaccesstoken")
        rows += str(cursor.fetchall())
    assert not any(token in rows for token in (ID_TOKEN, REFRESH_TOKEN, "alice-access-token"))


def test_a_sealed_token_opens_for_its_owner():
    assert sealing.unseal(sealing.seal("secret", owner="alice"), owner="alice") == "secret"


@pytest.mark.spec("SEC-37")
def test_it_refuses_to_open_a_token_for_another_owner():
    with pytest.raises(sealing.TokenUnreadable):
        sealing.unseal(sealing.seal("secret", owner="alice"), owner="bob")


def test_it_refuses_an_altered_token():
    sealed = sealing.seal("secret", owner="alice")
    with pytest.raises(sealing.TokenUnreadable):
        sealing.unseal(sealed[:-4] + "AAAA", owner="alice")


def test_an_old_key_still_opens_and_the_new_one_seals(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.TOKEN_KEYS = (old,)
    sealed = sealing.seal("secret", owner="alice")
    settings.TOKEN_KEYS = (new, old)
    assert sealing.unseal(sealed, owner="alice") == "secret"
    fresh = sealing.seal("secret", owner="alice")
    settings.TOKEN_KEYS = (old,)
    with pytest.raises(sealing.TokenUnreadable):
        sealing.unseal(fresh, owner="alice")


@pytest.mark.parametrize("keys", [("short",), (), ("not base64 at all!",)])
def test_it_refuses_to_start_with_a_key_that_cannot_seal(settings, keys):
    settings.TOKEN_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="AGENT0_TOKEN_KEY"):
        sealing.check_keys()


# Whose they are


@pytest.mark.spec("SEC-37")
def test_the_owner_gets_her_subject_token(session):
    assert source_of(session)().value == ID_TOKEN


@pytest.mark.spec("SEC-37")
def test_it_refuses_another_user_the_sign_in_of_alice(session, bob):
    with pytest.raises(sessions.SigninEnded):
        source_of(session, user_id=bob.pk)()
    with pytest.raises(sessions.SigninEnded):
        cache_of(session, user_id=bob.pk).load(key_of(session))


@pytest.mark.spec("SEC-37")
def test_a_session_row_that_is_re_pointed_to_bob_does_not_open(session, bob):
    SigninSession.objects.filter(uuid=session.uuid).update(user=bob)
    with pytest.raises(sessions.SigninEnded):
        source_of(session, user_id=bob.pk)()


@pytest.mark.spec("SEC-37")
def test_a_cached_token_that_is_moved_to_another_session_does_not_open(session, bob):
    cache_of(session).keep(key_of(session), access_token())
    other = sign_in(bob, people.BOB)
    CachedAccessToken.objects.update(session=other)
    with pytest.raises(KeyError):
        cache_of(other).load(key_of(other))


def test_a_cache_serves_only_the_session_that_it_was_made_for(session, bob):
    with pytest.raises(ValueError, match="another's"):
        cache_of(session).load(key_of(sign_in(bob, people.BOB)))


@pytest.mark.spec("SEC-37")
def test_a_run_of_bob_on_the_sign_in_of_alice_stops(far_side, session, bob, make_run, do):
    run = do(make_run(user_id=bob.pk))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")
    assert far_side.seen == []


@pytest.mark.spec("SEC-38")
@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_the_tokens_of_a_sign_in_at_a_former_idp_are_not_shown_to_the_present_one(
    far_side, alice, make_run, do, kind
):
    """The installation was pointed at another IdP while she was signed in."""
    former = sign_in(alice, people.ALICE, issuer="https://former-idp.example")
    if kind == "refresh_token":
        expire_id_token(former)
    run = do(make_run(session=former))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")
    sessions.end_session(former)
    assert not RetiredToken.objects.exists()
    assert not [seen for seen in far_side.seen if ID_TOKEN in str(seen) or REFRESH_TOKEN in str(seen)]
    assert do(make_run()).state == Run.State.DONE


# The subject token


@pytest.mark.spec("TX-16", "RF-05")
def test_the_refresh_token_stands_in_when_the_id_token_has_under_thirty_seconds(session):
    assert source_of(session)().type == protocol.TOKEN_TYPE_ID_TOKEN
    expire_id_token(session)
    subject = source_of(session)()
    assert (subject.value, subject.type) == (REFRESH_TOKEN, protocol.TOKEN_TYPE_REFRESH_TOKEN)


@pytest.mark.spec("TX-16", "RF-05")
def test_a_run_after_the_id_token_expired_presents_the_refresh_token(far_side, session, make_run, do):
    expire_id_token(session)
    run = do(make_run())
    assert run.state == Run.State.DONE
    form = far_side.requests_of("exchange")[0].form
    assert (form["subject_token"], form["subject_token_type"]) == (
        REFRESH_TOKEN,
        protocol.TOKEN_TYPE_REFRESH_TOKEN,
    )
    session.refresh_from_db()
    assert session.refresh_token_claimed_until is None


@pytest.mark.spec("RF-06")
def test_it_sends_the_person_to_sign_in_when_nothing_is_left_to_present(far_side, alice, make_run, do):
    bare = sign_in(alice, people.ALICE, refresh_token="")
    expire_id_token(bare)
    run = do(make_run(session=bare))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")


@pytest.mark.spec("RF-08")
def test_the_refresh_token_is_given_to_one_worker_at_a_time(session):
    expire_id_token(session)
    first = source_of(session)
    first()
    with pytest.raises(SubjectBusy):
        source_of(session, patience=0.2, sleep=lambda _seconds: None)()
    first.release()
    assert source_of(session)().value == REFRESH_TOKEN


@pytest.mark.spec("RF-08")
def test_the_second_worker_gets_it_when_the_first_is_done(session):
    expire_id_token(session)
    first = source_of(session)
    first()
    assert source_of(session, sleep=lambda _seconds: first.release())().value == REFRESH_TOKEN


@pytest.mark.spec("RF-08")
def test_a_claim_that_a_killed_worker_left_runs_out(session):
    expire_id_token(session)
    source_of(session)()
    past = timezone.now() - timedelta(seconds=1)
    SigninSession.objects.update(refresh_token_claimed_until=past)
    assert source_of(session, patience=0)().value == REFRESH_TOKEN


@pytest.mark.spec("RF-08")
def test_a_run_waits_its_turn_when_another_holds_the_refresh_token(far_side, session, make_run, do, monkeypatch):
    monkeypatch.setattr("agent0.tokens.subject.CLAIM_SECONDS", 0.2)
    expire_id_token(session)
    SigninSession.objects.update(refresh_token_claimed_until=timezone.now() + timedelta(minutes=1))
    monkeypatch.setattr(
        SubjectSource.__init__, "__kwdefaults__", {"patience": 0.1, "sleep": lambda _seconds: None}
    )
    run = do(make_run())
    assert (run.state, run.waiting_for) == (Run.State.QUEUED, "busy")


# The cache


def test_a_kept_token_comes_back(session):
    cache_of(session).keep(key_of(session), access_token())
    assert cache_of(session).load(key_of(session)).value == "alice-access-token"


def test_keeping_again_replaces(session):
    cache_of(session).keep(key_of(session), access_token("one"))
    cache_of(session).keep(key_of(session), access_token("two"))
    assert cache_of(session).load(key_of(session)).value == "two"


def test_the_key_is_session_resource_and_scope(session, alice):
    cache_of(session).keep(key_of(session), access_token())
    other = sign_in(alice, people.ALICE)
    for key in (
        key_of(session)._replace(scope=("todos.write",)),
        key_of(session)._replace(resource="https://other"),
    ):
        with pytest.raises(KeyError):
            cache_of(session).load(key)
    with pytest.raises(KeyError):
        cache_of(other).load(key_of(other))


def test_a_dropped_token_is_gone(session):
    cache_of(session).keep(key_of(session), access_token())
    cache_of(session).drop(key_of(session))
    with pytest.raises(KeyError):
        cache_of(session).load(key_of(session))


# The end


@pytest.mark.spec("OI-12")
def test_ending_the_session_drops_every_token(session):
    cache_of(session).keep(key_of(session), access_token())
    sessions.end_session(session)
    session.refresh_from_db()
    assert (session.sealed_id_token, session.sealed_refresh_token) == ("", "")
    assert session.ended_at
    assert CachedAccessToken.objects.count() == 0


@pytest.mark.spec("OI-12")
def test_a_token_that_arrives_after_the_end_is_not_kept(session):
    sessions.end_session(session)
    with pytest.raises(sessions.SigninEnded):
        cache_of(session).keep(key_of(session), access_token())
    assert CachedAccessToken.objects.count() == 0


@pytest.mark.spec("OI-12", "RF-06")
def test_a_queued_run_stops_when_its_sign_in_has_ended(far_side, session, make_run, do):
    run = make_run()
    sessions.end_session(session)
    done = do(run)
    assert (done.state, done.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")
    assert far_side.seen == []


@pytest.mark.spec("OI-12")
def test_a_run_with_a_cached_token_stops_too_when_its_sign_in_has_ended(far_side, session, make_run, do):
    do(make_run())
    run = make_run()
    SigninSession.objects.update(ended_at=timezone.now())
    assert do(run).outcome["code"] == "sign_in_again"
    assert len(far_side.requests_of("create")) == 1


@pytest.mark.spec("TX-35")
def test_a_session_past_its_time_is_over_and_the_sweep_drops_its_tokens(session):
    SigninSession.objects.update(ends_at=timezone.now())
    with pytest.raises(sessions.SigninEnded):
        source_of(session)()
    sessions.drop_expired(datetime.now(UTC))
    session.refresh_from_db()
    assert session.sealed_refresh_token == ""


@pytest.mark.spec("TX-35")
def test_a_token_past_its_time_is_dropped_and_a_live_one_is_not(session):
    cache_of(session).keep(key_of(session), access_token())
    sessions.drop_expired(timezone.now())
    assert CachedAccessToken.objects.count() == 1
    sessions.drop_expired(timezone.now() + timedelta(minutes=6))
    assert CachedAccessToken.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("RF-08")
def test_of_many_workers_one_at_a_time_holds_the_refresh_token(alice):
    session = sign_in(alice, people.ALICE)
    expire_id_token(session)
    holding, most = [], []

    def exchange() -> None:
        source = source_of(session)
        source()
        holding.append(1)
        most.append(len(holding))
        time.sleep(0.05)  # as an exchange does, so that another who came in meanwhile is seen
        most.append(len(holding))
        holding.pop()
        source.release()
        connection.close()

    workers = [threading.Thread(target=exchange) for _ in range(4)]
    [worker.start() for worker in workers]
    [worker.join(20) for worker in workers]
    assert most == [1] * 8
