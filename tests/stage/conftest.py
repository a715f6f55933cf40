"""The stage's parties, well by default: the far side of the wire is faked at HTTP level."""

import pytest
import responses

from stage.control import push
from stage.control.push import DOORS
from stage.kit import state
from stage.kit.state import StageState
from stage.launchpad.parties import PARTIES

KEY = "the-key-of-this-test"


@pytest.fixture(autouse=True)
def _addresses_of_this_machine(settings):
    settings.XAA_ALLOW_PRIVATE_ADDRESSES = True


@pytest.fixture
def wire():
    """No party answers until the test says so; a connection that is not declared is refused."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def all_well(wire):
    for party in PARTIES:
        wire.get(f"{party.url}/health", body="ok", content_type="text/plain")
    return wire


@pytest.fixture
def staged(settings, db):
    """The stage has its key, and nothing is armed when the test has ended."""
    settings.STAGE_KEY = KEY
    push._http.cache_clear()
    yield
    push._http.cache_clear()
    state.use(StageState())


@pytest.fixture
def parties(wire):
    """All three take whatever comes."""
    for door in DOORS:
        for command in ("faults", "clock", "tokens"):
            wire.post(f"{door.url}/-/stage/{command}", json={})
    return wire
