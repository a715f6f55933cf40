"""What the stage is told of Todo0's rules, with its key: those that are in force at this moment."""

from typing import Any

import pytest
from django.test import Client

from todo0.federation.models import Connection, Tenant
from todo0.presets.rules import PRESETS

KEY = "the-key-of-this-test"


@pytest.fixture
def ask(client: Client, settings: Any, seeded: None) -> Any:
    settings.STAGE_KEY = KEY

    def post(body: Any = None, *, key: str = KEY) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        return client.post("/-/stage/rules", body or {}, content_type="application/json", headers=headers)

    return post


def test_as_seeded_it_answers_as_the_rfcs_say_and_takes_an_id_jag_once(ask: Any) -> None:
    assert ask().json() == {"answers": "rfc", "single_use": True}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_told_by_what_it_put_in_force(ask: Any, preset: str) -> None:
    Tenant.objects.update(answers=PRESETS[preset].server["answers"])
    Connection.objects.filter(slug="acme").update(single_use=PRESETS[preset].connection["single_use"])
    is_auth0s = preset.startswith("auth0")
    assert ask().json() == {"answers": "auth0" if is_auth0s else "rfc", "single_use": not is_auth0s}


def test_another_enterprises_connection_says_nothing_of_it(ask: Any) -> None:
    Connection.objects.exclude(slug="acme").update(single_use=False)
    assert ask().json()["single_use"] is True


def test_whoever_has_no_key_finds_no_such_address_and_what_is_not_known_is_refused(ask: Any) -> None:
    assert ask(key="another").status_code == 404
    assert ask({"more": 1}).status_code == 400
