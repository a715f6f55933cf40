"""Environment variables, read loudly.

A setting that is missing or malformed stops the process with the variable's name, what was expected and
what was found, instead of surfacing later as a strange protocol error.

Deliberately does not: read ``.env`` files (``manage.py`` does that for the demo) or know any party.
"""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from xaa.throttle.allowance import Allowance, parse_allowance


def text(name: str, default: str | None = None) -> str:
    """The variable's value; without a default it must be set and not empty."""
    value = os.environ.get(name, "")
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(
            f"{name} is not set. Expected: a value in the environment. The demo makes one: run "
            f"'python3 manage.py demo' once, or see .env.example."
        )
    return default


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    raw = text(name, str(default))
    if not raw.isdecimal() or int(raw) < minimum:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {minimum}, found {raw!r}.")
    return int(raw)


def flag(name: str, default: bool) -> bool:
    raw = text(name, "1" if default else "0").lower()
    if raw in ("1", "true", "yes", "on"):
        return True
    if raw in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, found {raw!r}.")


def words(name: str, default: str = "") -> tuple[str, ...]:
    """A space-separated list, as OAuth writes scopes."""
    return tuple(text(name, default).split())


def choice(name: str, default: str, *, among: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, found {value!r}.")
    return value


def allowance(name: str, default: str) -> Allowance | None:
    """A rate limit, such as ``5/s burst 5``; None for ``off``, since an empty variable is the default."""
    value = text(name, default)
    try:
        return None if value == "off" else parse_allowance(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}, and off for none.") from error


def url(name: str, default: str | None = None) -> str:
    """An absolute http(s) URL, kept exactly as written: issuers are compared byte for byte."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or parts.query:
        raise ImproperlyConfigured(
            f"{name} must be an absolute http(s) URL without query or fragment, found {value!r}."
        )
    return value
