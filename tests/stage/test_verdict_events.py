"""Verdicts become span events, and the log says what it has always said."""

import logging

import pytest

from stage.kit.telemetry import verdicts
from tests.stage.telemetry_side import Recording
from xaa.checks import CheckRun, numbered

LOGGER = logging.getLogger("xaa.tests.of_verdicts")


@pytest.fixture
def recording():
    made = Recording()
    verdicts.listen()
    yield made
    for name in verdicts.LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [one for one in logger.handlers if not isinstance(one, verdicts.VerdictEvents)]
        logger.setLevel(logging.NOTSET)
        logger.propagate = True
    made.outbox.close()


class Refused(Exception):
    pass


@numbered("T1", "It is even")
def check_even(state):
    return state


@numbered("T2", "It is small")
def check_small(state):
    if state > 10:
        raise Refused("expected at most 10, found more")
    return state


def judge(recording, state):
    with recording.tracer.start_as_current_span("judged"):
        return CheckRun(state, Refused, LOGGER).through((check_even, check_small))


def test_each_verdict_is_an_event_of_the_span_that_was_current(recording):
    judge(recording, 4)
    with pytest.raises(Refused):
        judge(recording, 12)
    good, bad = recording.told()
    assert [event.name for event in good.events] == ["xaa.check", "xaa.check"]
    assert dict(bad.events[1].attributes) == {
        "number": "T2",
        "name": "check_small",
        "title": "It is small",
        "outcome": "failed",
        "note": "expected at most 10, found more",
    }
    outcomes = [
        [event.attributes["outcome"] for event in span.events if event.name == "xaa.check"] for span in (good, bad)
    ]
    assert outcomes == [["passed", "passed"], ["passed", "failed"]]


def test_an_exception_that_ends_a_span_is_told_by_its_class_alone(recording):
    with pytest.raises(Refused):
        judge(recording, 12)
    [event] = [event for event in recording.told()[0].events if event.name == "exception"]
    assert set(event.attributes) == {"exception.type"}


class Kept(logging.Handler):
    """Beside the log's own handler; pytest's would also hear loggers that hand nothing on."""

    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage().strip())


@pytest.fixture
def printed():
    handler = Kept()
    logging.root.addHandler(handler)
    yield handler.said
    logging.root.removeHandler(handler)


def test_what_passed_is_printed_no_more_than_before(recording, printed):
    with pytest.raises(Refused):
        judge(recording, 12)
    assert printed == ["T2 check_small failed expected at most 10, found more"]


def test_who_asks_for_more_is_given_more(recording, printed, monkeypatch):
    monkeypatch.setattr(logging.root, "level", logging.DEBUG)
    LOGGER.manager._clear_cache()
    judge(recording, 4)
    assert printed == ["T1 check_even passed", "T2 check_small passed"]
