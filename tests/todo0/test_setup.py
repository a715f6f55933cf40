"""An enterprise's own admin sets up her connection: the steps, what each refuses, and what comes of them."""

from typing import Any

import pytest
from django.test import Client

from tests.todo0.console_side import submit, text_of
from tests.todo0.setup_side import (
    INITECH,
    PROOF,
    SECRET,
    FarSide,
    activate,
    ask_for_proof,
    begin,
    enter_idp,
    enter_registration,
    invite,
    newest,
)
from todo0.console.models import Change
from todo0.federation.models import Connection, EmailDomain, Organization
from todo0.self_service import conf
from xaa import jose
from xaa.signin.models import FederatedIdentity

OTHER = "http://localhost:9200/other"


def test_she_sets_it_up_and_her_people_sign_in(admin: Client, far_side: FarSide) -> None:
    browser = begin(invite(admin, preset="strict", xaa_enabled="on"))
    assert browser.get("/setup/")["Location"] == "/setup/idp"
    assert enter_idp(browser)["Location"] == "/setup/registration"
    assert enter_registration(browser)["Location"] == "/setup/domain"
    far_side.prove()
    assert ask_for_proof(browser)["Location"] == "/setup/sign-in"
    assert "The test sign-in works" in text_of(far_side.sign_in(browser))
    assert not Connection.objects.filter(slug="initech").exists(), "nothing counts before the last step"
    assert not FederatedIdentity.objects.filter(issuer=INITECH).exists()
    assert activate(browser)["Location"] == "/setup/done"
    made = Connection.objects.get(slug="initech")
    assert (made.active, made.xaa_enabled, made.issuer, made.max_lifetime) == (True, True, INITECH, 300)
    assert (made.client_id, made.client_secret) == ("todo0-at-initech", SECRET)
    assert [row.domain for row in made.email_domains.all()] == ["initech.example"]
    assert Organization.objects.get(connection=made).name == "Initech"
    text = text_of(browser.get("/setup/done"))
    assert "Initech is connected" in text
    assert "Cross App Access is on" in text
    started = Client().get("/signin/start", {"connection": "initech"})
    assert started["Location"].startswith(f"{INITECH}/authorize")


def test_who_did_what_is_told_with_before_and_after(admin: Client, ready: Client) -> None:
    activate(ready)
    made = Connection.objects.get(slug="initech")
    change = Change.objects.get(kind="connection", object_pk=made.pk)
    assert change.by_name == "peter@initech.example (Initech, by invitation)"
    assert (change.before, change.after["active"], change.after["domains"]) == ({}, True, ["initech.example"])
    text = text_of(admin.get("/admin/"))
    for told in (
        "link not used yet → under way",
        f"Issuer: none → {INITECH}",
        "Domains proved: none → initech.example",
        "Test sign-in by: none → peter@initech.example",
        "under way → finished",
    ):
        assert told in text
    assert SECRET not in str(list(Change.objects.values()))
    assert "finished" in text_of(admin.get("/admin/invitations"))
    page = admin.get(f"/admin/invitations/{newest().pk}")
    assert "peter@initech.example (Initech, by invitation) version" in text_of(page)
    assert "Whoever has the link version" in text_of(page)
    assert SECRET not in page.content.decode()


def test_the_staff_can_switch_off_what_came_of_it(admin: Client, ready: Client) -> None:
    activate(ready)
    address = f"/admin/connections/{Connection.objects.get(slug='initech').pk}"
    submit(admin, admin.get(address), f"{address}/sign-in")
    assert Client().get("/signin/start", {"connection": "initech"}).status_code == 404
    assert "switched off" in text_of(ready.get("/setup/done"))


def test_an_issuer_that_differs_by_a_slash_is_shown_and_not_entered(setup: Client) -> None:
    page = enter_idp(setup, f"{INITECH}/")
    assert page.status_code == 400
    assert newest().issuer == ""
    assert f'value="{INITECH}/"' in page.content.decode(), "what she pasted is still there"


def test_what_it_calls_itself_is_one_click_away(setup: Client, far_side: FarSide) -> None:
    far_side.wire.get(f"{OTHER}/.well-known/openid-configuration", json={"issuer": INITECH})
    page = enter_idp(setup, OTHER)
    assert "Where the two differ" in text_of(page)
    assert setup.post("/setup/idp", token_of(setup) | {"issuer": INITECH}).status_code == 303
    assert newest().issuer == INITECH


def token_of(browser: Client) -> dict[str, str]:
    return {"csrfmiddlewaretoken": browser.cookies["todo0_csrf"].value}


@pytest.mark.parametrize("pasted", ["", "initech", "http://169.254.169.254/", "x" * 301])
def test_what_is_no_issuer_is_explained_and_kept(setup: Client, settings: Any, pasted: str) -> None:
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    page = enter_idp(setup, pasted)
    assert page.status_code == 400
    assert newest().issuer == ""


def test_an_issuer_that_has_a_connection_is_refused_without_telling_whose(
    setup: Client, far_side: FarSide
) -> None:
    acme = Connection.objects.get(slug="acme")
    far_side.publish(acme.issuer)
    page = enter_idp(setup, acme.issuer)
    assert page.status_code == 400
    assert "has a connection already" in text_of(page)
    assert "Acme" not in text_of(page)
    assert newest().issuer == ""


def test_the_secret_is_sealed_and_never_shown(setup: Client, caplog: pytest.LogCaptureFixture) -> None:
    enter_idp(setup)
    refused = enter_registration(setup, client_id="")
    enter_registration(setup)
    assert SECRET not in newest().client_secret_sealed
    assert newest().client_secret == SECRET
    pages = [setup.get(f"/setup/{name}") for name in ("idp", "registration", "domain")]
    assert all(SECRET not in page.content.decode() for page in (*pages, refused))
    assert SECRET not in caplog.text


def test_the_secret_stays_when_the_field_is_left_empty(setup: Client) -> None:
    enter_idp(setup)
    assert enter_registration(setup, client_secret="").status_code == 400, "there is none yet"
    enter_registration(setup)
    assert enter_registration(setup, client_id="another-id", client_secret="").status_code == 303
    assert (newest().client_id, newest().client_secret) == ("another-id", SECRET)


def test_a_secret_does_not_follow_her_to_another_issuer(setup: Client, far_side: FarSide) -> None:
    enter_idp(setup)
    enter_registration(setup)
    far_side.publish(OTHER)
    assert enter_idp(setup, OTHER)["Location"] == "/setup/registration"
    assert (newest().client_id, newest().client_secret_sealed) == ("", "")


def test_to_send_the_same_issuer_again_loses_nothing(ready: Client) -> None:
    assert enter_idp(ready)["Location"] == "/setup/activation"


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ("todo0-domain-verification=somebody-elses", 200, "expected the line"),
        ("", 404, "expected status 200, found 404"),
        ("", 302, "A redirect is not followed."),
        ("x" * 5000, 200, "expected at most 4096 bytes"),
    ],
)
def test_a_domain_is_not_proved_by_anything_else(
    setup: Client, far_side: FarSide, said: str, status: int, told: str
) -> None:
    enter_idp(setup)
    enter_registration(setup)
    far_side.prove(said, status=status)
    page = ask_for_proof(setup)
    assert page.status_code == 400
    assert told in text_of(page)
    assert "Who can mend it: whoever runs the web server of initech.example." in text_of(page)
    assert setup.get("/setup/sign-in")["Location"] == "/setup/domain"
    far_side.prove()
    assert ask_for_proof(setup).status_code == 303


def test_the_line_must_stand_alone(setup: Client, far_side: FarSide) -> None:
    """A page that repeats what it is asked for, in the midst of other words, proves nothing."""
    enter_idp(setup)
    enter_registration(setup)
    far_side.prove(f"Not found: todo0-domain-verification={newest().challenge} and more")
    assert ask_for_proof(setup).status_code == 400


def test_only_what_is_proved_leads_to_her_sign_in(admin: Client, far_side: FarSide) -> None:
    browser = begin(invite(admin, domains="initech.example\ninitech.test"))
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    far_side.wire.get(PROOF.replace("initech.example", "initech.test"), status=404)
    page = ask_for_proof(browser)
    assert page.status_code == 200
    assert "not proved" in text_of(page)
    far_side.sign_in(browser)
    activate(browser)
    assert list(EmailDomain.objects.filter(connection__slug="initech").values_list("domain", flat=True)) == [
        "initech.example"
    ]


def test_a_domain_proved_by_one_cannot_be_claimed_by_another(
    admin: Client, ready: Client, far_side: FarSide
) -> None:
    second = begin(invite(admin, name="Initrode", slug="initrode"))
    enter_idp(second)
    enter_registration(second)
    far_side.prove()
    page = ask_for_proof(second)
    assert page.status_code == 400
    assert "belongs to another connection, or is being set up" in text_of(page)
    assert "Initech" not in text_of(page)
    assert activate(ready)["Location"] == "/setup/done"
    assert ask_for_proof(second).status_code == 400, "now it leads to a connection"


def test_a_domain_is_free_again_when_the_setup_that_proved_it_is_over(
    admin: Client, ready: Client, far_side: FarSide
) -> None:
    former = newest()
    second = begin(invite(admin, name="Initrode", slug="initrode"))
    enter_idp(second)
    enter_registration(second)
    far_side.prove()
    submit(admin, admin.get("/admin/invitations"), f"/admin/invitations/{former.pk}/revoke")
    assert ask_for_proof(second).status_code == 303


def test_a_domain_that_no_name_server_knows_is_asked_for_where_the_demo_says(
    setup: Client, far_side: FarSide, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setitem(conf.DOMAIN_HOSTS, "initech.example", INITECH)
    enter_idp(setup)
    enter_registration(setup)
    far_side.prove(address=f"{INITECH}/.well-known/todo0-domain-verification")
    assert f"{INITECH}/.well-known/todo0-domain-verification" in text_of(setup.get("/setup/domain"))
    assert ask_for_proof(setup).status_code == 303
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = False
    from todo0.self_service.domain_proof import address_of

    assert address_of("initech.example") == PROOF, "it counts only where private addresses may be reached"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"email": "peter@elsewhere.example"}, "found one in elsewhere.example"),
        ({"email": "peter@sub.initech.example"}, "found one in sub.initech.example"),
        ({"email": "peter@initech.example@elsewhere.example"}, "found one in elsewhere.example"),
        ({"email": None}, "found none"),
        ({"email": ["peter@initech.example"]}, "found none"),
        ({"email_verified": None}, "expected email_verified to be true"),
        ({"email_verified": "true"}, "expected email_verified to be true"),
        ({"email_verified": False}, "expected email_verified to be true"),
        ({"iss": OTHER}, "expected iss"),
        ({"aud": "another-client"}, "another-client"),
    ],
)
def test_a_sign_in_that_proves_nothing_does_not_count(
    setup: Client, far_side: FarSide, claims: dict[str, Any], told: str
) -> None:
    enter_idp(setup)
    enter_registration(setup)
    far_side.prove()
    ask_for_proof(setup)
    page = far_side.sign_in(setup, **claims)
    assert page.status_code == 400
    assert told in text_of(page)
    assert setup.get("/setup/activation")["Location"] == "/setup/sign-in"
    assert far_side.sign_in(setup).status_code == 200
    assert setup.get("/setup/activation").status_code == 200


@pytest.mark.parametrize("what", ["issuer", "client id", "secret"])
def test_another_value_after_the_trial_voids_it(ready: Client, far_side: FarSide, what: str) -> None:
    assert ready.get("/setup/activation").status_code == 200
    page = ready.get("/setup/activation")
    if what == "issuer":
        far_side.publish(OTHER)
        enter_idp(ready, OTHER)
        enter_registration(ready)
    elif what == "client id":
        enter_registration(ready, client_id="another-id", client_secret="")
    else:
        enter_registration(ready, client_secret=f"{SECRET}-changed")
    assert ready.get("/setup/activation")["Location"] == "/setup/sign-in"
    assert submit(ready, page, "/setup/activation").status_code == 303, "and neither does the open page activate"
    assert not Connection.objects.filter(slug="initech").exists()


def test_a_trial_counts_for_the_values_that_it_was_made_with(ready: Client, far_side: FarSide) -> None:
    """She changes the client id in another tab while the IdP has her in the first."""
    sent_to = ready.get(ready.get("/setup/sign-in/try")["Location"])["Location"]
    enter_registration(ready, client_id="another-id", client_secret="")
    page = far_side.come_back(ready, sent_to)
    assert page.status_code == 400
    assert not newest().is_tried


def test_no_step_can_be_skipped(setup: Client) -> None:
    for name in ("registration", "domain", "sign-in", "sign-in/try", "activation", "done"):
        assert setup.get(f"/setup/{name}").status_code == 303
        assert setup.post(f"/setup/{name}", token_of(setup)).status_code in (303, 405)
    assert not Connection.objects.filter(slug="initech").exists()


def test_what_is_taken_between_the_proofs_and_the_activation_is_not_taken_over(ready: Client) -> None:
    page = ready.get("/setup/activation")
    other = Connection.objects.create(
        slug="faster", name="Faster", issuer=INITECH, client_id="x", client_secret_sealed="x", active=False
    )
    answer = submit(ready, page, "/setup/activation")
    assert answer.status_code == 409
    assert "has a connection already" in text_of(answer)
    assert "Faster" not in text_of(answer)
    other.delete()
    elsewhere = Connection.objects.get(slug="acme")
    EmailDomain.objects.create(domain="initech.example", connection=elsewhere)
    assert submit(ready, page, "/setup/activation").status_code == 409
    EmailDomain.objects.filter(domain="initech.example").delete()
    Connection.objects.create(
        slug="initech", name="Faster", issuer=OTHER, client_id="x", client_secret_sealed="x", active=False
    )
    assert submit(ready, page, "/setup/activation").status_code == 409, "the short name is taken"
    Connection.objects.filter(slug="initech").delete()
    assert submit(ready, page, "/setup/activation")["Location"] == "/setup/done"


def test_a_draft_is_filled_in_and_switched_on(admin: Client, far_side: FarSide) -> None:
    draft = Connection.objects.create(
        slug="drafted", name="Drafted", issuer="https://typed.example", client_id="x", active=False
    )
    EmailDomain.objects.create(domain="initech.example", connection=draft)
    EmailDomain.objects.create(domain="unproved.example", connection=draft)
    browser = begin(invite(admin, connection=str(draft.pk), name="", slug=""))
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    ask_for_proof(browser)
    far_side.sign_in(browser)
    assert activate(browser)["Location"] == "/setup/done"
    draft.refresh_from_db()
    assert (draft.active, draft.issuer, draft.name) == (True, INITECH, "Drafted")
    assert [row.domain for row in draft.email_domains.all()] == ["initech.example"], "proved, and nothing else"
    change = Change.objects.get(kind="connection", object_pk=draft.pk)
    assert (change.before["active"], change.after["active"]) == (False, True)


def test_a_draft_that_came_into_use_meanwhile_is_left_alone(admin: Client, far_side: FarSide) -> None:
    draft = Connection.objects.create(
        slug="drafted", name="Drafted", issuer=INITECH, client_id="x", client_secret_sealed="x", active=False
    )
    browser = begin(invite(admin, connection=str(draft.pk), name="", slug=""))
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    ask_for_proof(browser)
    far_side.sign_in(browser)
    Connection.objects.filter(pk=draft.pk).update(active=True)
    answer = activate(browser)
    assert answer.status_code == 409
    assert "in use already" in text_of(answer)
    draft.refresh_from_db()
    assert draft.client_id == "x"


def test_one_setup_cannot_hammer_other_servers(setup: Client) -> None:
    statuses = [enter_idp(setup).status_code for _ in range(conf.CALLS.burst + 1)]
    assert statuses == [303] * conf.CALLS.burst + [429]


@pytest.mark.parametrize("allowed", [True, False], ids=["on", "off"])
def test_cross_app_access_is_as_the_invitation_says(admin: Client, far_side: FarSide, allowed: bool) -> None:
    browser = begin(invite(admin, xaa_enabled="on" if allowed else None))
    enter_idp(browser)
    enter_registration(browser)
    far_side.prove()
    ask_for_proof(browser)
    far_side.sign_in(browser)
    activate(browser)
    hers = Client()
    started = hers.get("/signin/start", {"connection": "initech"})
    assert far_side.come_back(hers, started["Location"])["Location"] == "/todos", "she signs in"
    answer = far_side.redeem()
    assert answer.status_code == (200 if allowed else 400), answer.content
    if allowed:
        claims = jose.peek(answer.json()["access_token"]).unverified_claims
        assert claims["org_id"] == Organization.objects.get(connection__slug="initech").org_id
