"""The peers' environment, and the same demo, people and clients as in ``tests/flow``."""

import os
from pathlib import Path

import pytest

from tests.flow.conftest import (  # noqa: F401 (fixtures)
    agent0,
    agent0_there,
    alice,
    demo,
    id_jag,
    pytest_runtest_makereport,
    wire,
)
from tests.interop.peers import Peers


@pytest.fixture(scope="session")
def peers() -> Peers:
    folder = os.environ.get("INTEROP_PEERS", "")
    if not folder:
        assert not os.environ.get("CI"), "expected INTEROP_PEERS, as 'manage.py interop' sets it, found none"
        pytest.skip("the peers have an environment of their own: run 'make interop'")
    return Peers(Path(folder))
