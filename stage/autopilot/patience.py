"""Looking again, until there is enough to see: what a person does with a page that is not there yet.

Deliberately does not: judge. Whoever looks says what it means that it never came.
"""

import time
from collections.abc import Callable
from typing import Final, TypeVar

Seen = TypeVar("Seen")
PAUSE: Final = 0.05  # seconds between two looks


def look_until(is_enough: Callable[[Seen], bool], look: Callable[[], Seen], *, patience: float) -> Seen:
    """What was seen last: enough, or all there was within ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while not is_enough(seen := look()) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    return seen
