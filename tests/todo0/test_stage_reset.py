"""A reset in this party: the tests of ``tests/stage_reset.py``, with these settings."""

from tests.stage_reset import *  # noqa: F403
