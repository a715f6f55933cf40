"""Who opens the console where the staff sign in at an IdP of their own: whom the configuration names alone."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.todo0.console_side import text_of
from tests.todo0.setup_side import INITECH, FarSide
from todo0 import seed
from todo0.console.administrators import has_claim, load_claim
from todo0.federation.models import Connection
from xaa.signin.models import FederatedIdentity

PETER = "00u7peter"
OTHER = "http://localhost:9200/other"


@pytest.fixture
def staff(far_side: FarSide, seeded: None, settings: Any) -> FarSide:
    """Initech's IdP, which is none of ours, in place of the mock's Todo0 Inc."""
    settings.STAFF_IDP_ISSUER, settings.STAFF_IDP_CLIENT_ID = INITECH, "todo0-at-initech"
    seed.seed()
    return far_side


def sign_in(
    far_side: FarSide, connection: str = "todo0-inc", browser: Client | None = None, **claims: Any
) -> Client:
    browser = browser or Client()
    started = browser.get("/signin/start", {"connection": connection})
    assert far_side.come_back(browser, started["Location"], **claims).status_code == 302
    assert browser.get("/todos").status_code == 200, "whoever she is, she is signed in"
    return browser


def may_enter(browser: Client) -> bool:
    answers = {path: browser.get(path).status_code for path in ("/admin/", "/admin/connections", "/admin/server")}
    assert set(answers.values()) in ({200}, {403}), answers
    assert ('href="/admin/"' in browser.get("/todos").content.decode()) is (200 in answers.values())
    return 200 in answers.values()


def test_nobody_is_named_until_somebody_is(staff: FarSide) -> None:
    browser = sign_in(staff)
    assert not may_enter(browser)
    told = text_of(browser.get("/admin/"))
    assert f"Known there as {PETER} Issuer {INITECH} Who can mend it" in told
    assert not may_enter(sign_in(staff, sub="00u9tove")), (
        "not the mock's Tove either, whoever has her subject there"
    )


def test_whose_subject_is_named_gets_in_and_nobody_else(staff: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", f"00u1somebody {PETER}")
    hers = sign_in(staff)
    assert may_enter(hers)
    for other in (PETER.upper(), PETER[:-1], f"{PETER}x", "00u1somebod"):
        assert not may_enter(sign_in(staff, sub=other))
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", "00u1somebody")
    assert not may_enter(hers), "off the list is out, and she need not sign in anew for it"


@pytest.mark.parametrize(
    ("rule", "claims", "enters"),
    [
        ("groups=todo0-admins", {"groups": ["all", "todo0-admins"]}, True),
        ("groups=todo0-admins", {"groups": "todo0-admins"}, True),
        ("groups=/todo0 admins", {"groups": ["/todo0 admins"]}, True),
        ("https://initech.example/roles=admin", {"https://initech.example/roles": ["admin"]}, True),
        ("groups=todo0-admins", {}, False),
        ("groups=todo0-admins", {"groups": []}, False),
        ("groups=todo0-admins", {"groups": ["todo0-admins-of-nothing", "Todo0-Admins"]}, False),
        ("groups=todo0-admins", {"groups": "all todo0-admins"}, False),
        ("groups=todo0-admins", {"groups": {"todo0-admins": True}}, False),
        ("groups=true", {"groups": True}, False),
        ("groups=todo0-admins", {"roles": ["todo0-admins"]}, False),
        ("", {"groups": ["todo0-admins", ""]}, False),
    ],
)
def test_whose_id_token_has_the_claim_gets_in_and_nobody_else(
    staff: FarSide, monkeypatch: pytest.MonkeyPatch, rule: str, claims: dict[str, Any], enters: bool
) -> None:
    monkeypatch.setenv("TODO0_ADMIN_CLAIM", rule)
    assert may_enter(sign_in(staff, **claims)) is enters


def test_another_rule_is_met_by_another_sign_in(staff: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODO0_ADMIN_CLAIM", "groups=todo0-admins")
    hers = sign_in(staff, groups=["todo0-admins", "owners"])
    assert may_enter(hers)
    monkeypatch.setenv("TODO0_ADMIN_CLAIM", "groups=owners")
    assert not may_enter(hers)
    assert may_enter(sign_in(staff, browser=hers, groups=["owners"]))
    assert not may_enter(sign_in(staff, browser=hers)), "and the newest sign-in counts"


def test_no_other_connections_word_makes_an_administrator(staff: FarSide, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another IdP may say of anybody whatever it likes, also in a browser in which she was an administrator."""
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", PETER)
    monkeypatch.setenv("TODO0_ADMIN_CLAIM", "groups=todo0-admins")
    staff.publish(OTHER)
    made = Connection(slug="other", name="Other", issuer=OTHER, client_id="todo0-at-other", active=True)
    made.client_secret = "what-other-gave-todo0-0123456789abcdef"
    made.save()
    assert not may_enter(sign_in(staff, "other", groups=["todo0-admins"]))
    hers = sign_in(staff, groups=["todo0-admins"])
    assert may_enter(hers)
    assert not may_enter(sign_in(staff, "other", browser=hers, groups=["todo0-admins"]))


def test_another_idp_of_the_staff_ends_what_stood_on_the_former_ones_word(
    staff: FarSide, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", PETER)
    hers = sign_in(staff)
    settings.STAFF_IDP_ISSUER = OTHER
    assert hers.get("/admin/").status_code == 403, "also before the seed has run"
    seed.seed()
    assert hers.get("/todos").status_code == 302, "and she is signed out"


def test_where_the_staff_are_of_the_enterprises_own_issuer_its_connection_is_theirs(
    far_side: FarSide, seeded: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One org, one issuer, one connection; who is an administrator is said person by person."""
    settings.IDP_ISSUER = settings.STAFF_IDP_ISSUER = INITECH
    settings.STAFF_CONNECTION = "acme"
    Connection.objects.all().delete()
    seed.seed()
    assert [row.slug for row in Connection.objects.all()] == ["acme"]
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", PETER)
    assert may_enter(sign_in(far_side, "acme"))
    assert not may_enter(sign_in(far_side, "acme", sub="00u1alice"))
    assert not FederatedIdentity.objects.filter(issuer=INITECH, user__is_staff=True).exists()
    settings.STAGE = True
    assert "connection=acme" in Client().get("/").content.decode(), "and the front page still leads there"


def test_more_scopes_are_asked_for_at_the_staffs_idp_alone(
    staff: FarSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TODO0_STAFF_IDP_SCOPES", "groups")
    staff.publish("http://localhost:8003/acme")
    asked = {}
    for connection in ("todo0-inc", "acme"):
        started = Client().get("/signin/start", {"connection": connection})
        asked[connection] = parse_qs(urlsplit(started["Location"]).query)["scope"][0]
    assert asked == {"todo0-inc": "openid email profile groups", "acme": "openid email profile"}


@pytest.mark.parametrize("rule", ["groups", "=admins", "groups="])
def test_a_rule_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    monkeypatch.setenv("TODO0_ADMIN_CLAIM", rule)
    with pytest.raises(ImproperlyConfigured, match="expected such as groups=todo0-admins"):
        load_claim()
    assert [found.id for found in run_checks() if found.id.startswith("console.")] == ["console.E001"]


@pytest.mark.parametrize(
    ("users", "staffs", "named", "found"),
    [
        ("", "", "", []),
        (OTHER, "", "", ["console.W002"]),
        (OTHER, "", PETER, ["console.W002"]),
        (OTHER, INITECH, "", ["console.W001"]),
        (OTHER, INITECH, PETER, []),
    ],
)
def test_a_console_that_nobody_can_open_is_told_of_at_the_start(
    settings: Any, monkeypatch: pytest.MonkeyPatch, users: str, staffs: str, named: str, found: list[str]
) -> None:
    settings.IDP_ISSUER, settings.STAFF_IDP_ISSUER = (
        users or settings.IDP_ISSUER,
        staffs or settings.STAFF_IDP_ISSUER,
    )
    monkeypatch.setenv("TODO0_ADMIN_SUBJECTS", named)
    assert [one.id for one in run_checks() if str(one.id).startswith("console.")] == found


def test_a_claim_is_compared_to_the_letter() -> None:
    assert has_claim({"a": ["b"]}, ("a", "b"))
    assert not has_claim({"a": [["b"]]}, ("a", "b"))
