"""The world by program: ``POST /-/stage/<command>`` at the stage acts on all parties, as its buttons do.

For the autopilot, ``manage.py reset`` and the tests. The key is the one that the parties have; each answer says
who did not take the change.

Deliberately does not: serve a page. A browser has no key, and presses buttons.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from stage.control import world, worlds
from stage.control.push import DOORS, Outcome
from stage.kit import state
from stage.kit.control import door
from stage.kit.control.commands import DAY, TOKEN_USES, read_armed
from stage.kit.control.wanted import Malformed, check_members, read_choice, read_number, read_texts
from stage.kit.gate import LONGEST_SECONDS


@csrf_exempt
@never_cache
def world_door(request: HttpRequest, command: str) -> JsonResponse:
    return door.answer(request, command, COMMANDS)


def arm(body: dict[str, Any]) -> dict[str, Any]:
    one = read_armed(body)
    return told(world.arm(one.id, one.mode, one.trace))


def clear(body: dict[str, Any]) -> dict[str, Any]:
    """``faults``, or all of them."""
    check_members(body, "faults")
    return told(world.clear(read_texts(body, "faults", limit=40) if body else None))


def jump(body: dict[str, Any]) -> dict[str, Any]:
    """Forward by so many ``seconds``: what is issued stays issued, and a clock that went back would undo that."""
    check_members(body, "seconds")
    return told(world.jump(read_number(body, "seconds", minimum=0, limit=DAY)))


def skew(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body, "place", "seconds")
    place = read_choice(body, "place", among=tuple(one.place for one in DOORS))
    return told(world.set_skew(place, read_number(body, "seconds", limit=DAY)))


def hold(body: dict[str, Any]) -> dict[str, Any]:
    """Close the gate, for ``seconds`` at most."""
    check_members(body, "seconds")
    return told(
        world.close_gate(read_number(body, "seconds", world.GATE_SECONDS, minimum=1, limit=LONGEST_SECONDS))
    )


def release(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    return told(world.open_gate())


def reset(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    done = worlds.reset()
    return told(done.outcomes) | {"seconds": round(done.seconds, 3)}


def undo(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    try:
        done = worlds.undo()
    except worlds.TooLate as late:
        raise Malformed(str(late)) from late
    return told(done.outcomes) | {"seconds": round(done.seconds, 3)}


def next_call(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    outcome = world.let_next()
    return told([outcome, *world.keep_gate_closed()]) | dict(outcome.answer)


def waiting(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    outcome = world.find_waiting()
    return told([outcome]) | dict(outcome.answer)


def tokens(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body, "use")
    return told(world.keep_tokens(read_choice(body, "use", among=TOKEN_USES) == TOKEN_USES[1]))


def again(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    return told(world.tell_again())


def tell_state(body: dict[str, Any]) -> dict[str, Any]:
    check_members(body)
    return told([])


def told(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    refused = [{"place": one.door.place, "reason": one.reason} for one in outcomes if not one.is_taken]
    return {"refused": refused, "state": asdict(state.read())}


COMMANDS: Final = {
    "state": tell_state,
    "arm": arm,
    "clear": clear,
    "jump": jump,
    "skew": skew,
    "hold": hold,
    "release": release,
    "next": next_call,
    "waiting": waiting,
    "tokens": tokens,
    "again": again,
    "reset": reset,
    "undo": undo,
}
