"""The dry run for the stage's token desk: verdicts for whoever has the stage's key, and nothing spent or kept."""

import logging
from typing import Any

import pytest
from django.test import Client

from tests.todo0.conftest import Redeem, id_jag
from todo0.assertions.models import Redemption
from xaa.jwt_bearer.models import RedeemedIdJag

KEY = "the-key-of-this-test"


@pytest.fixture
def ask(client: Client, settings: Any, redeem: Redeem) -> Any:
    """``redeem`` for the world that it stands in: the IdP's keys, Alice, Agent0."""
    settings.STAGE_KEY = KEY

    def post(body: Any, *, key: str = KEY) -> Any:
        return client.post(
            "/-/stage/rehearse", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return post


def test_a_good_assertion_passes_every_check_and_is_not_spent(ask: Any, redeem: Redeem) -> None:
    assertion = id_jag(jti="once")
    answer = ask({"assertion": assertion, "client_id": "agent0-at-todo0"})
    assert answer.status_code == 200
    assert {verdict["outcome"] for verdict in answer.json()["verdicts"]} == {"passed"}
    assert (RedeemedIdJag.objects.count(), Redemption.objects.count()) == (0, 0)
    assert redeem(assertion).status_code == 200, "it can still be redeemed"


def test_a_bad_one_is_refused_by_its_check(ask: Any) -> None:
    answer = ask({"assertion": id_jag(aud="https://other.example"), "client_id": "agent0-at-todo0"})
    assert answer.json()["refused_by"] == "R7"


@pytest.mark.parametrize(
    "body",
    [
        {"assertion": "a.b.c", "client_id": "nobody"},
        {"assertion": "", "client_id": "agent0-at-todo0"},
        {"assertion": "with a space", "client_id": "agent0-at-todo0"},
        {"assertion": 1, "client_id": "agent0-at-todo0"},
        {"client_id": "agent0-at-todo0"},
        {"assertion": "a.b.c", "client_id": "agent0-at-todo0", "more": 1},
    ],
)
def test_what_it_cannot_read_it_refuses_without_repeating_it(ask: Any, body: dict[str, Any]) -> None:
    answer = ask(body)
    assert answer.status_code == 400
    assert "with a space" not in answer.content.decode()


def test_without_the_key_there_is_no_such_address(ask: Any) -> None:
    body = {"assertion": id_jag(), "client_id": "agent0-at-todo0"}
    assert ask(body, key="another").status_code == 404
    assert ask(body).status_code == 200


def test_nothing_of_it_is_logged(ask: Any, caplog: pytest.LogCaptureFixture) -> None:
    assertion = id_jag()
    with caplog.at_level(logging.DEBUG):
        ask({"assertion": assertion, "client_id": "agent0-at-todo0"})
    assert assertion.split(".")[1] not in caplog.text
