#!/usr/bin/env python3
"""One door to the whole demo: ``manage.py demo``, or ``manage.py {agent0|todo0|idp_mock|stage} <django command>``.

Needs nothing but Python: what it does stands in ``stage/door``, which makes the environment on first use.
Written so that an older Python reads it too, and is told what is missing instead of a syntax error.
"""

import sys


def main():
    if sys.version_info < (3, 11):  # noqa: UP036 (the very Pythons that this line is for)
        found = "{} is Python {}.{}".format(sys.executable, *sys.version_info[:2])
        sys.exit("This demo needs Python 3.11 or newer; " + found + ". Name another: make demo PYTHON=python3.12")
    from stage.door.commands import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
