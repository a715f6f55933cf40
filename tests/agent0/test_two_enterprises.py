"""Two people of one subject at two enterprises: each one's own IdP is asked for her, and told of her, alone."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from agent0.jobs import publishing
from agent0.jobs.models import Run
from agent0.jobs.tasks import revoke_token as task
from agent0.tokens import sessions
from agent0.tokens.access_tokens import SealedTokenCache
from agent0.tokens.models import RetiredToken
from agent0.tokens.subject import SubjectSource
from stage.kit import people
from tests.agent0.answers import refusal
from tests.agent0.conftest import browser_of, make_user, sign_in
from tests.agent0.test_revocation import told, user_in
from xaa import protocol
from xaa.client import AccessToken, TokenKey

pytestmark = pytest.mark.django_db

TOKEN_AT_GLOBEX, REFRESH_TOKEN_AT_GLOBEX = "id-token-of-globex", "refresh-token-of-globex"


@pytest.fixture
def other_alice(far_side):
    return make_user(people.GLOBEX_ALICE)


@pytest.fixture
def other_session(other_alice):
    return sign_in(
        other_alice,
        people.GLOBEX_ALICE,
        issuer=settings.GLOBEX_ISSUER,
        id_token=TOKEN_AT_GLOBEX,
        refresh_token=REFRESH_TOKEN_AT_GLOBEX,
    )


@pytest.fixture
def other_browser(other_session):
    return browser_of(other_session)


def make_run_of(session, **override):
    values = {"kind": Run.Kind.ADD, "arguments": {"title": "Book venue"}, "session": session} | override
    return Run.objects.create(user_id=session.user_id, **values)


def page_text(browser, path):
    response = browser.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.spec("TX-01", "SEC-38")
def test_the_idp_that_she_signed_in_at_is_the_one_that_is_asked(far_side, session, other_session, do):
    assert session.subject == other_session.subject
    assert do(make_run_of(other_session)).state == Run.State.DONE
    asked = far_side.requests_of("exchange_at_globex")
    assert [seen.form["subject_token"] for seen in asked] == [TOKEN_AT_GLOBEX]
    assert [user_in(seen.headers["authorization"]) for seen in asked] == ["agent0-at-globex"]
    assert [seen.form["assertion"] for seen in far_side.requests_of("redeem")] == ["id-jag-of-globex"]
    assert far_side.requests_of("exchange") == []
    assert do(make_run_of(session)).state == Run.State.DONE
    assert [user_in(seen.headers["authorization"]) for seen in far_side.requests_of("exchange")] == [
        "agent0-at-acme"
    ]
    assert len(far_side.requests_of("exchange_at_globex")) == 1


@pytest.mark.spec("RF-05")
def test_her_refresh_token_goes_there_too(far_side, other_session, do):
    other_session.id_token_expires_at = timezone.now()
    other_session.save()
    do(make_run_of(other_session))
    form = far_side.requests_of("exchange_at_globex")[0].form
    assert form["subject_token"] == REFRESH_TOKEN_AT_GLOBEX
    assert form["subject_token_type"] == protocol.TOKEN_TYPE_REFRESH_TOKEN


@pytest.mark.spec("RF-10")
def test_a_sign_out_is_told_to_her_own_idp(far_side, session, other_browser, monkeypatch):
    queue = []
    monkeypatch.setattr(task, "apply_async", lambda args, **_options: queue.append(args[0]))
    other_browser.post("/signin/logout")
    publishing.publish_retired_tokens()
    for row_id in queue:
        task(row_id)
    assert told(far_side) == [
        ("revoke_at_globex", REFRESH_TOKEN_AT_GLOBEX, "refresh_token", "agent0-at-globex"),
    ]
    assert sessions.load_live_session(session.uuid, user_id=session.user_id)


def test_a_token_that_waits_is_shown_to_nobody_once_its_enterprise_is_served_no_more(
    far_side, other_session, settings
):
    sessions.end_session(other_session)
    settings.GLOBEX_ISSUER = ""
    task(str(RetiredToken.objects.get().uuid))
    assert not RetiredToken.objects.exists()
    assert far_side.seen == []


@pytest.mark.spec("SEC-38")
def test_an_enterprise_that_is_served_no_more_is_not_asked(far_side, other_session, do, settings):
    settings.GLOBEX_ISSUER = ""
    run = do(make_run_of(other_session))
    assert (run.state, run.outcome["code"]) == (Run.State.REFUSED, "sign_in_again")
    assert far_side.seen == []
    assert settings.IDP_NAME not in page_text(browser_of(other_session), f"/runs/{run.uuid}/card")


@pytest.mark.parametrize("path", ["/chat", "/chat/strip", "/connections", "/activity", "/developer"])
def test_her_pages_name_her_enterprise_and_no_other(path, other_browser, other_session, browser, session, do):
    for each in (session, other_session):
        do(make_run_of(each))
    hers, alices = page_text(other_browser, path), page_text(browser, path)
    for name, issuer, client_id in (
        ("Acme", settings.IDP_ISSUER, "agent0-at-acme"),
        ("Globex", settings.GLOBEX_ISSUER, "agent0-at-globex"),
    ):
        page, other = (alices, hers) if name == "Acme" else (hers, alices)
        assert not [word for word in (name, issuer, client_id) if word in other]
        assert name in page or path == "/activity"


def test_a_refusal_says_that_her_own_enterprise_decided(far_side, other_session, other_browser, do):
    far_side.answers["exchange_at_globex"] = refusal(protocol.ERROR_ACCESS_DENIED)
    run = do(make_run_of(other_session))
    page = page_text(other_browser, f"/runs/{run.uuid}")
    assert "Blocked by Globex" in page
    assert f"client agent0-at-globex at {settings.GLOBEX_ISSUER}" in page
    assert "Acme" not in page


@pytest.mark.parametrize("what", ["", "/card", "/events", "/go-on"])
def test_the_other_one_finds_none_of_her_runs(what, session, browser, other_session, other_browser):
    run = make_run_of(session, state=Run.State.DONE, outcome={"code": "created"})
    assert other_browser.get(f"/runs/{run.uuid}{what}").status_code == 404
    assert browser.get(f"/runs/{run.uuid}{what}").status_code in (200, 204, 302)


@pytest.mark.spec("SEC-37")
def test_a_token_of_the_one_opens_for_no_key_of_the_other(session, other_session):
    mine, hers = (SealedTokenCache(session_id=s.uuid, user_id=s.user_id) for s in (session, other_session))
    key_of = {s: TokenKey(str(s.uuid), settings.RESOURCE, ("todos.read",)) for s in (session, other_session)}
    mine.keep(key_of[session], AccessToken("at", ("todos.read",), (), time.time() + 300))
    assert mine.load(key_of[session]).value == "at"
    with pytest.raises(KeyError):
        hers.load(key_of[other_session])
    with pytest.raises(ValueError, match="another's"):
        hers.load(key_of[session])
    with pytest.raises(sessions.SigninEnded):
        SubjectSource(session_id=session.uuid, user_id=other_session.user_id)()


def test_an_address_leads_to_its_own_enterprise(far_side, client):
    far_side.answers["globex_metadata"] = far_side._metadata(
        far_side.globex_issuer, f"{far_side.globex_issuer}/token", ""
    )
    far_side.answers["globex_metadata"].body |= {
        "authorization_endpoint": f"{far_side.globex_issuer}/authorize",
        "jwks_uri": f"{far_side.globex_issuer}/keys",
        "response_types_supported": ["code"],
    }
    page = client.post("/signin/start", {"email": "alice@globex.example", "next": "/chat"})
    onward = urlsplit(page["Refresh"].partition("url=")[2])
    assert f"{onward.scheme}://{onward.netloc}{onward.path}" == f"{far_side.globex_issuer}/authorize"
    assert parse_qs(onward.query)["client_id"] == ["agent0-at-globex"]
