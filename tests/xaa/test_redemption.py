"""The happy path at the token endpoint, and what the answer says (ID-JAG §4.4)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from oauth2_provider.models import AccessToken, RefreshToken

from tests import builders
from tests.builders import build_id_jag
from tests.xaa.conftest import Redeem
from xaa.jwt_bearer.models import CrossAppClient
from xaa.jwt_bearer.presented import Decision

pytestmark = pytest.mark.django_db


@pytest.mark.spec("AT-01", "AT-02", "AT-03", "RF-01")
def test_it_issues_an_access_token_for_exactly_what_the_id_jag_says(redeem: Redeem) -> None:
    answer = redeem(build_id_jag())
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body.pop("access_token")
    assert body == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "todos.read todos.write",
        "resource": builders.RESOURCE,
    }
    stored = AccessToken.objects.get()
    assert stored.resource == [builders.RESOURCE]
    assert stored.user.username.endswith(builders.SUBJECT)
    assert stored.application.client_id == builders.CLIENT_ID
    assert not RefreshToken.objects.exists()


def test_it_costs_at_most_nine_statements(redeem: Redeem) -> None:
    redeem(build_id_jag())  # fetches the keys
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert redeem(build_id_jag()).status_code == 200
    assert len(queries) <= 9, "\n".join(query["sql"] for query in queries)
    print(len(queries), *[query["sql"] for query in queries], sep="\n")


@pytest.mark.spec("RD-37", "SEC-30")
def test_the_log_tells_who_and_what_but_never_the_token(redeem: Redeem, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="xaa"):
        good, bad = build_id_jag(jti="jag-1"), build_id_jag(aud="https://other.example")
        token = redeem(good).json()["access_token"]
        redeem(bad)
    text = caplog.text
    assert (
        "redeemed: iss=https://idp.example/acme sub=00u1alice jti=jag-1 client=agent0-at-todo0 "
        "scope='todos.read todos.write'" in text
    )
    assert "refused at R7 for client agent0-at-todo0: aud: expected" in text
    assert "R7 check_audience failed aud: expected 'https://todo.example', found 'https://other.example'" in text
    for secret in (good, bad, token, good.split(".")[2], bad.split(".")[2]):
        assert secret not in text


@pytest.mark.spec("MD-03", "MD-04", "MD-06")
def test_the_metadata_names_the_profile_and_the_grant_and_no_customer(client: object) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json()  # type: ignore[attr-defined]
    assert document["issuer"] == builders.RESOURCE_AS
    assert document["authorization_grant_profiles_supported"] == ["urn:ietf:params:oauth:grant-profile:id-jag"]
    assert "urn:ietf:params:oauth:grant-type:jwt-bearer" in document["grant_types_supported"]
    assert builders.ISSUER not in str(document)


DECISIONS: list[Decision] = []


def test_whoever_keeps_a_log_is_told_of_every_redemption(redeem: Redeem, settings: object) -> None:
    settings.JWT_BEARER_DECISION_LOG = f"{__name__}.keep"  # type: ignore[attr-defined]
    DECISIONS.clear()
    assert redeem(build_id_jag()).status_code == 200
    assert redeem(build_id_jag(aud="https://other.example")).status_code == 400
    assert redeem(None).status_code == 400
    assert redeem(build_id_jag(), client_id="nobody").status_code == 401
    granted, refused, without = DECISIONS
    assert {verdict.number for verdict in granted.verdicts} == {f"R{number}" for number in range(1, 16)}
    assert (granted.error, granted.client_id) == ("", builders.CLIENT_ID)
    assert [verdict.number for verdict in refused.verdicts if verdict.outcome == "failed"] == ["R7"]
    assert [verdict.number for verdict in without.verdicts if verdict.outcome == "failed"] == ["R2"]


def keep(decision: Decision) -> None:
    DECISIONS.append(decision)


def test_a_client_that_is_switched_off_may_not_redeem(redeem: Redeem) -> None:
    CrossAppClient.objects.update(enabled=False)
    answer = redeem(build_id_jag())
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
    CrossAppClient.objects.update(enabled=True)
    assert redeem(build_id_jag()).status_code == 200
