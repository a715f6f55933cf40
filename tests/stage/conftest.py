"""The stage's parties, well by default: the far side of the wire is faked at HTTP level."""

import pytest
import responses

from stage.launchpad.parties import PARTIES


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
