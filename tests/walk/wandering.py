"""A few of them at once, in any order, each doing what is hers: what the one changes shows the other nothing.

The tour takes every step back before the next. Here they stay, for as long as one example lasts, so that a page is
also read after somebody has saved, revoked or removed something.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.walk.addresses import Address
from tests.walk.tour import Tour
from tests.walk.walker import Visitor, taken_back

Step = tuple[Visitor, str, Address, Any]

wandering = settings(
    max_examples=25,
    deadline=None,
    database=None,
    derandomize=True,  # the same walks every time: what is red is red again
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def steps_of(tour: Tour) -> st.SearchStrategy[list[Step]]:
    """Mostly the guides, who have something to change, and then whoever comes."""
    guides, everybody = st.sampled_from(tour.guides), st.sampled_from(list(tour.visitors))
    read = st.tuples(everybody, st.just("GET"), st.sampled_from(tour.addresses), st.none())
    sent = [(address, data) for address in tour.posting for data in tour.walk.forms.get(address.route, [{}])]
    write = st.builds(lambda who, what: (who, "POST", *what), guides | everybody, st.sampled_from(sent))
    return st.lists(read | write, min_size=4, max_size=10)


def wander(tour: Tour, steps: Sequence[Step]) -> list[str]:
    """What somebody read that is not hers to read, in the order of its happening."""
    found: list[str] = []
    with taken_back(*tour.visitors):
        for visitor, method, address, data in steps:
            answer = tour.walk.go(visitor, method, address, data)
            found += tour.walk.find_leaks(visitor, answer, data)
    return found
