"""What holds of a party whoever walks it: the tests that its ``test_walk.py`` has besides its own."""

from hypothesis import given
from hypothesis import strategies as st

from tests.walk.tour import Tour
from tests.walk.wandering import steps_of, wander, wandering


def test_nobody_is_answered_by_more_than_sign_in_and_what_is_open_to_all(tour: Tour) -> None:
    assert tour.answered_to_nobody == []
    assert tour.not_needed == set(), "the list of what is open to all is no longer than it has to be"


def test_no_request_changes_what_is_anothers_or_not_hers_to_change(tour: Tour) -> None:
    assert tour.trespasses == []


def test_everybody_went_everywhere_and_broke_nothing(tour: Tour) -> None:
    assert tour.not_visited == []
    assert tour.broken == []


@wandering
@given(data=st.data())
def test_whatever_they_do_one_after_the_other_shows_none_of_them_anothers_words(
    tour: Tour, data: st.DataObject
) -> None:
    assert wander(tour, data.draw(steps_of(tour))) == []
