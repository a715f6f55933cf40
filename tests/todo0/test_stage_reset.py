"""A reset in this party: the tests of ``tests/stage_reset.py``, with these settings, and what Todo0 adds to it."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from stage.kit import state
from stage.kit.control import rows
from stage.kit.state import StageState
from tests.stage_door import KEY, post
from tests.stage_reset import *  # noqa: F403
from tests.stage_reset import ONE
from tests.todo0.conftest import Redeem, id_jag
from tests.todo0.mcp_side import McpCaller
from todo0.assertions.models import Redemption
from todo0.authserver.models import AsSigningKey
from todo0.authserver.signing_keys import load_signing_key
from todo0.mcp import server
from todo0.todos.models import Todo

STAGED = "stage.kit.staged_request.staged_request"


def test_of_its_own_keys_it_keeps_the_first(world: None) -> None:
    first = load_signing_key()
    AsSigningKey.objects.update(active=False)
    AsSigningKey.generate("ES256")
    assert load_signing_key().kid != first.kid
    post("reset", {"world": ONE})
    assert [*AsSigningKey.objects.values_list("kid", "active")] == [(first.kid, True)]
    assert load_signing_key().kid == first.kid
    post("undo", {"world": ONE})
    assert AsSigningKey.objects.count() == 2


def test_the_key_that_was_made_last_signs_whatever_the_clock_said(world: None) -> None:
    """One made while the world was a day ahead would otherwise outrank all that come after it."""
    AsSigningKey.objects.update(created_at=timezone.now() + timedelta(days=1))
    last = AsSigningKey.generate("ES256")
    assert load_signing_key().kid == last.kid


def test_an_id_jag_from_before_a_reset_is_refused_until_the_reset_is_undone(
    world: None, redeem: Redeem, settings: Any
) -> None:
    settings.STAGE_KEY, settings.MIDDLEWARE = KEY, [STAGED, *settings.MIDDLEWARE]
    settings.JWT_BEARER_SUBJECT_RESOLVER = "todo0.another_world.resolve_subject"
    now = int(time.time())
    post("clock", {"offset": 0})
    assert redeem(id_jag(iat=now - 20)).status_code == 200
    post("reset", {"world": ONE})
    refused = redeem(id_jag(iat=now - 20))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert "iat: expected one of this world" in Redemption.objects.get().reason
    assert redeem(id_jag(iat=int(time.time()) + 1)).status_code == 200, "the new world's own"
    post("undo", {"world": ONE})
    assert redeem(id_jag(iat=now - 20)).status_code == 200


@pytest.mark.parametrize("is_overtaken", [True, False])
def test_an_mcp_call_that_a_reset_overtakes_adds_nothing_to_the_new_world(
    mcp: McpCaller, settings: Any, monkeypatch: pytest.MonkeyPatch, is_overtaken: bool
) -> None:
    """The reset comes when the token has been judged, and before the tool has done its work."""
    settings.STAGE_KEY = KEY
    act = server._act

    def after_a_reset(*of_call: Any) -> dict[str, Any]:
        present = state.current()
        post("reset", {"world": ONE})
        state.use(present)
        return act(*of_call)

    if is_overtaken:
        monkeypatch.setattr(server, "_act", after_a_reset)
    result = mcp.call("create_todo", {"title": "Of the old world"})
    assert result["isError"] is is_overtaken
    assert Todo.objects.filter(title="Of the old world").count() == (0 if is_overtaken else 1)
    if is_overtaken:
        assert "The world was reset while this was under way" in result["content"][0]["text"]
    rows.drop_aside()
    state.use(StageState())
