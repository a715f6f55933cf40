"""After a busy hour and a reset the world is as after any other reset: not a row, a key or a file more."""

import time

from tests.cast import ALICE, BOB, CAROL
from tests.flow.connecting import enter
from tests.flow.demo import fresh_folder, on_embedded_parts, running_demo
from tests.flow.lab import ask_operator
from tests.flow.people_at_work import ask, say, sign_in_at_agent0, switch_connection
from tests.flow.stage_side import Stage
from tests.flow.two_sides import Both, connect, introduce
from tests.flow.visitor import Visitor
from tests.flow.whole_world import differences, snapshot
from tests.flow.wire import error_of

ROTATE_AT_TODO0 = """
from todo0.authserver.models import AsSigningKey
AsSigningKey.objects.update(active=False)
AsSigningKey.generate("ES256")
print("{}")
"""
EACH_THAT_BENDS_ROWS = ("F15", "F17", "F18", "F20", "F21", "F22", "F23", "F24", "F26", "F27", "F28", "F32")


def test_nothing_of_a_busy_hour_is_left() -> None:
    """In a demo of its own, since nobody else could be busy in it."""
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        both = introduce(demo)
        stage = Stage(both.wire)
        stage.command("reset")
        seeded = snapshot(demo)
        tokens = spend_an_hour(both, stage)
        assert differences(seeded, snapshot(demo)), "it has been busy"
        stage.command("reset")
        time.sleep(2)  # whoever was under way has come to an end
        found = "\n".join(differences(seeded, snapshot(demo)))
        assert not found, found
        check_old_tokens(both, tokens)
        alice = both.wire.visitor()
        sign_in_at_agent0(alice, demo, ALICE)
        assert ask(alice, demo, 'Add "In the new world"').badge == "done"


def spend_an_hour(both: Both, stage: Stage) -> dict[str, str]:
    """Everybody works, both administrators decide, keys are rotated, clocks go wrong, and the queue is full."""
    demo, wire = both.demo, both.wire
    connect(both)
    tokens = {**both.acme.tokens, "todo0": both.redeem(both.acme), "id_jag": both.id_jag(both.acme)}
    bob, carol, alice = wire.visitor(), wire.visitor(), both.acme.visitor
    sign_in_at_agent0(bob, demo, BOB)
    assert ask(bob, demo, "Show my todos").badge == "Blocked by Acme"
    page = alice.open(f"{demo.url('agent0')}/connections")
    alice.submit(page, page.form(action="/connections/way"), way="mcp")
    assert ask(alice, demo, 'Add "Over MCP"').badge == "done"
    switch_connection(demo, carol, on=False)
    switch_connection(demo, carol, on=True)
    rotate_hard(both, carol)
    ask_operator(demo, "todo0", ROTATE_AT_TODO0)
    stage.command("tokens", use="until they expire")
    stage.command("jump", seconds=3600)
    for number in EACH_THAT_BENDS_ROWS:
        stage.command("arm", id=number, mode="sticky")
    stage.command("skew", place="agent0", seconds=5)
    stage.command("hold", seconds=60)
    for number in range(4):
        say(alice, demo, f'Add "Under way {number}"')
    return tokens


def rotate_hard(both: Both, carol: Visitor) -> None:
    page = enter(carol, f"{both.acme.issuer}/admin/keys", CAROL)
    form = next(form for form in page.forms if any(button.value == "hard" for button in form.buttons))
    said = carol.submit(page, form, press="hard")
    assert "leave" in said.text, said.text[:300]


def check_old_tokens(both: Both, tokens: dict[str, str]) -> None:
    """What somebody still holds of the old world stands on rows that are gone, or is older than the new one."""
    wire, agent0 = both.wire, both.acme.agent0
    assert wire.call("GET", "/todos", tokens["todo0"]).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **agent0.credentials()}
    assert wire.post(wire.idp()["token_endpoint"], form).status_code == 400
    assert error_of(wire.exchange(agent0, tokens["id_token"])) == (400, "invalid_grant")
    assert error_of(wire.redeem(both.agent0_there, tokens["id_jag"])) == (400, "invalid_grant")
