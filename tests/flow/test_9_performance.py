"""The five-minute story, told by the autopilot: eighteen clicks, and after the last the first frame again."""

from stage.autopilot.performance import Performance
from tests.flow.demo import Demo
from tests.flow.people_at_work import places_of
from tests.flow.wire import Wire


def test_it_can_be_told_twice_in_a_row(wire: Wire, demo: Demo) -> None:
    for _ in range(2):
        performance = Performance(wire.visitor(), places_of(demo), stage=demo.url("stage"))
        assert [played.click.number for played in performance.play()] == list(range(1, 19))
