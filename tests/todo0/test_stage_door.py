"""The stage's door in this party: the tests of ``tests/stage_door.py``, with these settings."""

from tests.stage_door import *  # noqa: F403
