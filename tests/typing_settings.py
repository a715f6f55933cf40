"""All of xaa's Django apps at once: what mypy's Django plugin reads their models from. No test runs on it."""

from tests.xaa.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.sessions", "xaa.signin", "xaa.throttle"]  # noqa: F405
