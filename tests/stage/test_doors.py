"""The stage as an attacker finds it: a page of his in somebody's browser, a host name of his, no key.

What the stage can do is much: reset the world, arm faults, move clocks, fly. A browser that is lured to a page of
somebody's sends the stage's cookies along, and a name of his may lead to loopback (DNS rebinding).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from stage.autopilot.models import Flight
from stage.control.models import WorldChange
from stage.kit import state
from stage.preflight.models import Preflight
from stage.recorder.models import Record
from tests.stage.conftest import KEY
from tests.walk.addresses import PARAMETER, read_map

pytestmark = pytest.mark.usefixtures("staged", "wire")
EXAMPLES = {
    "number": "F03",
    "flight_id": "00000000-0000-4000-8000-000000000007",
    "trace_id": "0" * 32,
    "form": "json",
    "remedy": "clear",
    "command": "reset",
    "key": "todo0",
}
"""What stands in an address for each name in the URL map: a value that the stage knows, so that it answers."""
ADDRESSES = [
    "/" + PARAMETER.sub(lambda found: EXAMPLES.get(found[1], "none"), route.route) for route in read_map()
]
STRANGER = "https://evil.example"
NEEDS_A_KEY = ("/-/", "/v1/traces")


@pytest.fixture
def browser() -> Iterator[Client]:
    """Somebody's, who has been at the stage and has its cookies; nothing has changed when the test has ended."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.get("/settings")
    before = count()
    yield browser
    assert count() == before


def count() -> list[Any]:
    kept = [model.objects.count() for model in (Flight, Preflight, Record, WorldChange)]
    return [*kept, state.read()]


def test_every_name_in_an_address_has_an_example_here() -> None:
    named = {name for route in read_map() for name in PARAMETER.findall(route.route)}
    told = "EXAMPLES: give a new name a value that the stage knows, and take out what is gone"
    assert named == set(EXAMPLES), told


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("origin", [STRANGER, "http://testserver:9999", "null"])
def test_a_strangers_page_can_send_a_form_anywhere_and_nothing_happens(
    browser: Client, path: str, origin: str
) -> None:
    """From another port of this machine, too: cookies are sent there as well (RFC 6265 §8.5)."""
    answer = browser.post(path, {"act": "reset", "mode": "sticky"}, headers={"Origin": origin})
    assert answer.status_code in (401, 403, 404, 405), path


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_under_a_name_that_is_not_the_stages_nothing_answers(browser: Client, path: str, method: str) -> None:
    """As a page does whose own name has come to lead to loopback; with the key it would be no better."""
    headers = {"Host": "evil.example", "Authorization": f"Bearer {KEY}"}
    assert browser.generic(method, path, b"{}", "application/json", headers=headers).status_code in (400, 405), (
        path
    )


@pytest.mark.parametrize("path", [path for path in ADDRESSES if path.startswith(NEEDS_A_KEY)])
@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x"])
def test_a_door_for_programs_opens_to_the_key_alone(browser: Client, path: str, key: str) -> None:
    sent = browser.post(
        path, b"{}", content_type="application/json", headers={"Authorization": key} if key else {}
    )
    assert sent.status_code in (401, 404), path
    assert KEY not in sent.content.decode()


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_page_shows_the_key_or_lets_another_origin_read_it(browser: Client, path: str) -> None:
    answer = browser.get(path, headers={"Origin": STRANGER})
    assert "Access-Control-Allow-Origin" not in answer
    assert KEY not in b"".join(answer).decode(errors="replace")


def test_without_a_stage_none_of_its_buttons_is_there(browser: Client, settings: Any) -> None:
    settings.STAGE_KEY = ""
    acting = [path for path in ADDRESSES if path.startswith(("/flights", "/show/begin", "/preflight/", "/world"))]
    client = Client()
    for path in [*acting, *(path for path in ADDRESSES if path.startswith((*NEEDS_A_KEY, "/break")))]:
        assert client.post(path).status_code in (404, 405), path
