"""The five-minute story, told by the autopilot: eighteen clicks, and after the last the first frame again."""

from stage.autopilot.performance import Performance
from tests.flow.demo import fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import places_of
from tests.flow.wire import Wire


def test_it_can_be_told_twice_in_a_row(wire: Wire) -> None:
    """In a demo of its own: each telling begins and ends with a new world, in which nobody else's tokens count."""
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        for _ in range(2):
            performance = Performance(wire.visitor(), places_of(demo), stage=demo.url("stage"))
            assert [played.click.number for played in performance.play()] == list(range(1, 19))
