"""What the stage can break at Todo0: rows that are bent and put back, and what stands before its tokens."""

import json
import logging
from typing import Any

import pytest
import responses
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from stage.kit import people
from stage.kit.changes import LAB
from stage.kit.models import Found
from tests import builders
from tests.faults_side import Arm
from tests.todo0.conftest import ACME, Redeem, id_jag
from todo0.assertions.models import Redemption
from todo0.authserver.client_secrets import rotate_secret
from todo0.authserver.clients import CLIENT, describe, is_taken_over
from todo0.authserver.models import RetiringSecret
from todo0.console.models import Change
from todo0.federation.models import Connection
from xaa.jwt_bearer.models import CrossAppClient
from xaa.signin.identities import resolve_user
from xaa.signin.models import FederatedIdentity


def agent0() -> CrossAppClient:
    return CrossAppClient.objects.select_related("application").get(application__client_id="agent0-at-todo0")


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content).get("error", "")


def check_of_last() -> str:
    return Redemption.objects.latest("pk").refused_by


# Rows


def test_dan_stays_unknown_even_where_newcomers_are_welcome(redeem: Redeem, arm: Arm) -> None:
    Connection.objects.filter(slug="acme").update(jit_accounts=True)
    arm("F17")
    assert error_of(redeem(id_jag(sub=people.DAN.sub))) == (400, "invalid_grant")
    assert check_of_last() == "R12"
    assert not User.objects.filter(email=people.DAN.email).exists()
    arm()
    assert Connection.objects.get(slug="acme").jit_accounts
    assert redeem(id_jag(sub=people.DAN.sub, jti="another")).status_code == 200


def test_dan_who_has_an_account_by_now_gets_it_back(redeem: Redeem, arm: Arm) -> None:
    dan = resolve_user(ACME, people.DAN.sub, profile={"email": people.DAN.email, "email_verified": True})
    other = FederatedIdentity.objects.get(issuer=ACME, subject=people.BOB.sub).user
    User.objects.filter(pk=other.pk).update(is_active=False)
    arm("F17")
    assert error_of(redeem(id_jag(sub=people.DAN.sub))) == (400, "invalid_grant")
    assert check_of_last() == "R12"
    arm()
    assert User.objects.get(pk=dan.pk).is_active
    assert not User.objects.get(pk=other.pk).is_active, "whom an administrator shut out stays out"
    assert redeem(id_jag(sub=people.DAN.sub, jti="another")).status_code == 200


def test_scopes_are_narrowed_and_given_back(redeem: Redeem, arm: Arm) -> None:
    before = describe(agent0())
    arm("F24")
    answer = json.loads(redeem(id_jag()).content)
    assert answer["scope"] == "todos.read"
    checks = Redemption.objects.latest("pk").checks
    assert [one["number"] for one in checks if one["outcome"] not in ("passed", "narrowed")] == []
    assert next(one["number"] for one in checks if one["outcome"] == "narrowed") == "R14"
    arm()
    assert describe(agent0()) == before
    assert json.loads(redeem(id_jag(jti="another")).content)["scope"] == "todos.read todos.write"


def test_scopes_that_somebody_changed_meanwhile_are_left_alone(arm: Arm, seeded: None) -> None:
    arm("F24")
    CrossAppClient.objects.update(allowed_scopes="todos.write")
    arm()
    assert agent0().allowed_scopes == "todos.write"


def test_another_secret_is_registered_and_the_rightful_one_is_put_back(redeem: Redeem, arm: Arm) -> None:
    before = describe(agent0())
    arm("F32")
    assert error_of(redeem(id_jag())) == (401, "invalid_client")
    arm("F32")
    assert error_of(redeem(id_jag())) == (401, "invalid_client"), "told twice"
    arm()
    assert describe(agent0()) == before
    assert redeem(id_jag()).status_code == 200
    assert not Found.objects.exists()


def test_a_former_secret_in_its_overlap_opens_nothing_meanwhile_and_again_afterwards(
    redeem: Redeem, arm: Arm
) -> None:
    rotate_secret(agent0().application, overlap=3600, at=timezone.now())
    until = RetiringSecret.objects.get().works_until
    assert redeem(id_jag()).status_code == 200, "the former secret, in its overlap"
    arm("F32")
    assert error_of(redeem(id_jag(jti="2"))) == (401, "invalid_client")
    arm()
    assert RetiringSecret.objects.get().works_until == until
    assert redeem(id_jag(jti="3")).status_code == 200


def test_a_client_that_signs_has_other_keys_registered_meanwhile(arm: Arm, seeded: None) -> None:
    keys = builders.jwks(builders.OTHER_KEY)
    CrossAppClient.objects.filter(pk=agent0().pk).update(jwks=keys)
    arm("F32")
    assert agent0().jwks != keys
    arm()
    assert agent0().jwks == keys


def test_each_change_is_in_the_history_as_the_labs_and_the_environment_still_counts(
    arm: Arm, seeded: None
) -> None:
    arm("F24", "F32")
    arm()
    changes = Change.objects.filter(kind=CLIENT.name, by_name=LAB)
    assert changes.count() == 4
    assert {change.by for change in changes} == {None}
    assert not is_taken_over(agent0())
    assert "sha256" not in str(changes.values())


# Before the token endpoint


def test_the_token_endpoint_says_when_to_come_back_and_all_else_goes_on(redeem: Redeem, arm: Arm) -> None:
    arm("F30")
    answer = redeem(id_jag())
    assert error_of(answer) == (503, "temporarily_unavailable")
    assert answer["Retry-After"] == "5"
    assert "no-store" in answer["Cache-Control"]
    assert Client().get("/health").status_code == 200
    assert Client().get("/.well-known/oauth-authorization-server").status_code == 200
    arm()
    assert redeem(id_jag()).status_code == 200


def test_an_answer_that_a_fault_gives_is_logged_as_that_and_not_as_an_error_of_todo0s(
    redeem: Redeem, arm: Arm, caplog: pytest.LogCaptureFixture
) -> None:
    arm("F30")
    redeem(id_jag())
    assert [(one.levelname, one.getMessage()) for one in caplog.records if one.levelno >= logging.WARNING] == [
        ("WARNING", "F30: POST /oauth/token gets 503 on purpose")
    ]


def test_keys_are_fetched_anew_while_the_idp_rotates_hard(
    redeem: Redeem, arm: Arm, acme: responses.RequestsMock
) -> None:
    assert redeem(id_jag(jti="1")).status_code == 200
    acme.replace(responses.GET, f"{ACME}/jwks", json=builders.jwks(builders.OTHER_KEY))
    assert redeem(id_jag(jti="2")).status_code == 200, "our copy of the keys still has it"
    arm("F28")
    assert error_of(redeem(id_jag(jti="3"))) == (400, "invalid_grant")
    assert check_of_last() == "R6"
    assert redeem(id_jag(jti="4", key=builders.OTHER_KEY)).status_code == 200
    acme.replace(responses.GET, f"{ACME}/jwks", json=builders.jwks(builders.IDP_KEY))
    arm()
    assert redeem(id_jag(jti="5")).status_code == 200, "put back, and asked for anew at once"


@pytest.mark.parametrize("number", ["F17", "F24", "F32"])
def test_nothing_is_left_of_a_fault_that_was_cleared(redeem: Redeem, arm: Arm, number: str) -> None:
    arm(number)
    arm()
    assert redeem(id_jag()).status_code == 200
    assert not Found.objects.exists()
