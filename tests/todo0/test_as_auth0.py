"""Where Todo0 does as Auth0 documents, and where by our own choice it does not: ``docs/vendor-parity.md``."""

from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client

from stage.kit import people
from tests.builders import REMOVED
from tests.todo0.conftest import ACME, TODO0, Redeem, id_jag, post_form
from tests.todo0.test_answers import follow
from tests.todo0.test_client_documents import URL, document, signed
from tests.todo0.test_organizations import claims_of
from todo0.federation.models import Connection, Membership
from todo0.presets.rules import PRESETS
from xaa.signin.identities import resolve_user

__all__ = ["document"]
every_preset = pytest.mark.parametrize("preset", PRESETS)


@pytest.mark.spec("SR-02", "SR-03")
@every_preset
def test_an_app_acts_for_her_after_her_first_sign_in_and_not_before(redeem: Redeem, preset: str) -> None:
    follow(preset)
    dans: dict[str, Any] = {"sub": people.DAN.sub}
    assert redeem(id_jag(**dans)).status_code == 400
    resolve_user(ACME, people.DAN.sub, profile={})  # what his first sign-in at Todo0 does
    assert redeem(id_jag(**dans)).status_code == 200


@pytest.mark.spec("SR-02")
@every_preset
def test_a_sign_in_by_another_connection_does_not_count(redeem: Redeem, preset: str) -> None:
    follow(preset)
    issuer = "https://globex.example"
    Connection.objects.create(
        slug="globex", name="Globex", issuer=issuer, client_id="x", client_secret_sealed="x", xaa_enabled=True
    )
    resolve_user(issuer, people.DAN.sub, profile={"email": people.DAN.email})
    assert redeem(id_jag(sub=people.DAN.sub)).status_code == 400
    resolve_user(ACME, people.DAN.sub, profile={})
    assert redeem(id_jag(sub=people.DAN.sub)).status_code == 200


def test_a_client_acts_for_members_and_for_others_until_it_requires_an_organization(
    redeem: Redeem, alice: User
) -> None:
    """What Auth0 calls *Both* is where a client begins here."""
    assert "org_id" in claims_of(redeem(id_jag()))
    Membership.objects.filter(user=alice).delete()
    assert "org_id" not in claims_of(redeem(id_jag()))


@pytest.mark.spec("CI-05")
def test_a_client_by_its_document_redeems_in_early_access_and_not_in_beta(
    redeem: Redeem,
    document: responses.RequestsMock,
) -> None:
    statuses = {}
    for preset in ("auth0-ea", "auth0-beta", "auth0-ea-free"):
        follow(preset)
        answer = redeem(id_jag(client_id=URL), client_id=URL, client_secret=None, **signed())
        statuses[preset] = answer.status_code
    assert statuses == {"auth0-ea": 200, "auth0-beta": 401, "auth0-ea-free": 200}


@every_preset
@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "client_id", "jti", "iat", "exp"])
def test_a_missing_claim_is_400_by_every_preset(redeem: Redeem, preset: str, claim: str) -> None:
    """Auth0 documents 400, Okta's page for resource apps 401."""
    follow(preset)
    answer = redeem(id_jag(**{claim: REMOVED}))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@every_preset
@pytest.mark.parametrize("claims", [{"aud": f"{TODO0}/"}, {"client_id": "evil0-at-todo0"}, {"typ": "JWT"}])
def test_for_whom_and_of_what_type_it_is_400_by_every_preset(
    redeem: Redeem, preset: str, claims: dict[str, str]
) -> None:
    """Okta's page for resource apps has 400 for these, and 401 in another of its lines."""
    follow(preset)
    answer = redeem(id_jag(**claims))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not {"aud", "client_id", "typ"} & set(answer.json()["error_description"].split()), "and one wording"


@every_preset
def test_an_unknown_grant_is_400_by_every_preset(seeded: None, preset: str) -> None:
    follow(preset)
    grant = "urn:ietf:params:oauth:grant-type:saml2-bearer"
    form = {"grant_type": grant, "client_id": "agent0-at-todo0", "client_secret": "x"}
    answer = post_form("/oauth/token", form)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("act", ["ai_agent", "ai_agent web_app", "a profile of tomorrow"])
def test_who_acts_is_carried_whatever_profile_okta_gives_it(redeem: Redeem, act: str) -> None:
    acts = {"sub": "wlp8x5q7mvH86KvFJ0g7", "sub_profile": act}
    assert claims_of(redeem(id_jag(act=acts, sub_profile="user")))["act"] == acts


@pytest.mark.parametrize(
    "path", ["connections", "clients", "organizations", "resource-servers", "tenants/settings"]
)
def test_there_is_no_management_api(admin: Client, path: str) -> None:
    assert admin.get(f"/api/v2/{path}").status_code == 404
    assert admin.get("/admin/").status_code == 200, "what it would do is done at the console"


def test_a_connection_counts_for_every_client(redeem: Redeem) -> None:
    for client in ("agent0-at-todo0", "evil0-at-todo0"):
        assert redeem(id_jag(client_id=client), client_id=client).status_code == 200
