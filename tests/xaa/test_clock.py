"""The one clock of ``xaa``: right by default, off by what it was told, and right again."""

import time
from collections.abc import Iterator

import pytest

from xaa import clock
from xaa.client.session import CrossAppSession


@pytest.fixture(autouse=True)
def _right_again() -> Iterator[None]:
    yield
    clock.shift_by(None)


def test_it_is_right() -> None:
    assert abs(clock.read_clock() - time.time()) < 1


def test_it_is_off_by_what_it_is_told_at_each_reading() -> None:
    shifts = iter((360.0, -600.0))
    clock.shift_by(lambda: next(shifts))
    assert abs(clock.read_clock() - time.time() - 360) < 1
    assert abs(clock.read_clock() - time.time() + 600) < 1
    clock.shift_by(None)
    assert abs(clock.read_clock() - time.time()) < 1


def test_the_client_lives_by_it() -> None:
    clock.shift_by(lambda: 360.0)
    assert abs(CrossAppSession.clock() - time.time() - 360) < 1
