"""Acme and Globex at one Todo0 and one Agent0: an Alice at each, with the same subject, and nothing crosses."""

import time

import pytest

from tests.cast import ALICE, BOB, GLOBEX_ALICE
from tests.flow.connecting import sign_in_by_address
from tests.flow.lab import export_key, forge
from tests.flow.people_at_work import ask, find_todo, sign_in_at_agent0
from tests.flow.two_sides import Both, pages_of
from tests.flow.wire import REFRESH_TOKEN, Client, error_of, read_jwt

REFUSED = (400, "invalid_grant")

# Before


@pytest.mark.spec("SR-02")
def test_before_somebody_connects_the_two_the_other_alice_is_nobody_at_todo0(strangers: Both) -> None:
    visitor = strangers.wire.visitor()
    page = sign_in_by_address(visitor, strangers.demo, GLOBEX_ALICE)
    assert (page.status, "No enterprise here uses globex.example" in page.text) == (404, True)
    sign_in_at_agent0(visitor, strangers.demo, GLOBEX_ALICE)
    card = ask(visitor, strangers.demo, "Show my todos")
    assert card.badge == "Todo0 refused", card.text


# Two people


@pytest.mark.spec("SR-01", "SR-04")
def test_one_subject_at_two_issuers_is_two_people_in_two_organizations(both: Both) -> None:
    id_tokens = [read_jwt(side.tokens["id_token"])[1] for side, _ in both]
    assert id_tokens[0]["sub"] == id_tokens[1]["sub"] == ALICE.sub
    mine, hers = (read_jwt(side.access_token)[1] for side, _ in both)
    assert mine["sub"] != hers["sub"]
    assert hers["org_id"] == both.org_ids["globex"] != mine["org_id"]
    assert [claims["client_id"] for claims in (mine, hers)] == [both.agent0_there.client_id] * 2


def test_each_reads_her_own_and_not_a_word_of_the_other(both: Both) -> None:
    for side, other in both:
        for name, text in pages_of(both, side).items():
            assert [word for word in other.words if word in text] == [], f"{side.slug}: {name}"


def test_agent0_did_it_for_each_of_them(both: Both) -> None:
    for side, _ in both:
        row = find_todo(side.visitor.open(both.demo.facts["todo0"]["todos_url"]), side.title)
        assert "Agent0 for you" in row


# What the one has is not there for the other


@pytest.mark.spec("RS-06", "SR-18")
def test_the_others_todo_does_not_exist_in_the_api(both: Both) -> None:
    for side, other in both:
        path = f"/todos/{other.todo_id}"
        for method, where, body in (
            ("GET", path, None),
            ("PATCH", path, {"title": "Mine now"}),
            ("POST", f"{path}/complete", None),
            ("DELETE", path, None),
        ):
            assert both.wire.call(method, where, side.access_token, json=body).status_code == 404
        kept = both.wire.call("GET", path, other.access_token).json()
        assert (kept["title"], kept["done"]) == (other.title, False)


def test_nor_on_todo0s_pages_nor_her_runs_at_agent0(both: Both) -> None:
    todo0 = both.demo.url("todo0")
    for side, other in both:
        chat = other.visitor.open(both.demo.facts["agent0"]["chat_url"])
        run = next(href for words, href in chat.links if words.startswith("Details"))
        assert other.visitor.open(run).status == 200
        for url in (f"{todo0}/todos/{other.todo_id}", run, f"{run}/card", f"{run}/events"):
            assert side.visitor.open(url).status == 404, url


def test_the_cookies_of_the_one_open_nothing_of_the_other(both: Both) -> None:
    """The IdP is one server with one cookie for both, so the session behind it says whose it is."""
    for side, other in both:
        page = side.visitor.open(f"{other.issuer}/")
        assert any("password" in form.fields for form in page.forms), page.text[:200]
        assert side.person.name not in page.html


def test_a_session_at_one_party_is_none_at_another(both: Both) -> None:
    pages = {
        "agent0": both.demo.facts["agent0"]["chat_url"],
        "todo0": both.demo.facts["todo0"]["todos_url"],
        "idp": f"{both.acme.issuer}/",
    }
    own = {cookie.name: cookie.value for cookie in both.acme.visitor.session.cookies}
    for there, url in pages.items():
        for taken in pages:
            moved = both.wire.visitor()
            moved.session.cookies.set(f"{there}_session", own[f"{taken}_session"])
            status = moved.session.get(url, allow_redirects=False, timeout=30).status_code
            assert (status == 200) is (taken == there), (taken, there, status)


# Tokens in the wrong place


@pytest.mark.spec("TX-17")
@pytest.mark.parametrize("kind", ["id_token", "refresh_token"])
def test_a_token_of_the_one_is_worth_nothing_at_the_others_idp(both: Both, kind: str) -> None:
    of_kind = {"subject_token_type": REFRESH_TOKEN} if kind == "refresh_token" else {}
    for side, other in both:
        assert error_of(both.wire.exchange(other.agent0, side.tokens[kind], **of_kind)) == REFUSED
        answer = both.wire.post(
            both.wire.idp(other.slug)["token_endpoint"],
            {"grant_type": "refresh_token", "refresh_token": side.tokens["refresh_token"]}
            | side.agent0.credentials(),
        )
        assert error_of(answer) == (401, "invalid_client")
        assert both.wire.exchange(side.agent0, side.tokens["id_token"]).status_code == 200


@pytest.mark.spec("RD-08", "SR-02")
def test_globexs_word_counts_for_globexs_people_alone(both: Both) -> None:
    """By its own key. In Acme's name that is a forgery, and whom only Acme knows it cannot vouch for."""
    key = export_key(both.demo, "idp_mock", enterprise="globex")
    header, claims = read_jwt(both.id_jag(both.globex))

    def send(**changed: str) -> tuple[int, str, str]:
        now = {"jti": f"jti-{time.monotonic_ns()}", "iat": int(time.time()), "exp": int(time.time()) + 300}
        forged = forge({}, header=header, claims=claims | now | changed, key=key)
        answer = both.wire.redeem(both.agent0_there, forged)
        said = answer.json()
        return answer.status_code, said.get("error", ""), said.get("error_description", "")

    assert send()[0] == 200
    assert send(iss=both.acme.issuer)[:2] == REFUSED
    assert send(sub=BOB.sub) == (400, "invalid_grant", "User not found")
    as_acme = send(sub=ALICE.sub, email=ALICE.email)
    assert as_acme[0] == 200, "her subject is hers at both, and an address is no key: it is still Globex's Alice"
    todos = both.wire.call("GET", "/todos?limit=100", both.redeem(both.globex)).text
    assert both.acme.title not in todos


@pytest.mark.spec("RF-10")
def test_introspection_tells_whose_a_token_is_and_revoking_the_one_leaves_the_other(both: Both) -> None:
    todo0, evil0 = both.demo.facts["todo0"], both.wire.clients["evil0", "todo0"]
    fresh = {side.slug: both.redeem(side) for side, _ in both}

    def told(client: Client, token: str) -> dict[str, object]:
        form = {"token": token, **client.credentials()}
        return dict(both.wire.post(todo0["introspection_endpoint"], form).json())

    for side, _ in both:
        claims = read_jwt(fresh[side.slug])[1]
        found = told(both.agent0_there, fresh[side.slug])
        assert (found["sub"], found["org_id"]) == (claims["sub"], claims["org_id"])
        assert told(evil0, fresh[side.slug]) == {"active": False}
    both.wire.post(todo0["revocation_endpoint"], {"token": fresh["globex"], **both.agent0_there.credentials()})
    assert told(both.agent0_there, fresh["globex"]) == {"active": False}
    assert told(both.agent0_there, fresh["acme"])["active"] is True
