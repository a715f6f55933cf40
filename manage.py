#!/usr/bin/env python3
"""One door to the whole demo: ``manage.py {agent0|todo0|idp_mock|stage} <django command>``."""

import os
import sys

PARTIES = ("agent0", "todo0", "idp_mock", "stage")


def main() -> None:
    party = sys.argv.pop(1)
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{party}.settings"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
