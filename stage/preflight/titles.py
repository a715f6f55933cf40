"""What the five checks that fly are called, by which the last pre-flight's findings are found again.

Deliberately does not: import anything. The model and the flights both read it.
"""

from typing import Final

GOES_WELL: Final = "The flow goes well"
OFF_ENDS_IT: Final = "The admin's off ends it"
TRIPS: Final = "A fault trips its check"
HEARS: Final = "The recorder hears everybody"
NOBODY_OUTSIDE: Final = "Nobody outside was called"
TITLES: Final = (GOES_WELL, OFF_ENDS_IT, TRIPS, HEARS, NOBODY_OUTSIDE)
