"""What is worth a record: not the files that every page pulls in, nor the machinery asking how a party is."""

from typing import Final

UNWATCHED: Final = ("/static/", "/health", "/favicon.ico", "/-/stage/")
AS_PATTERNS: Final = ",".join(f"[^/]+//[^/]+{path}" for path in UNWATCHED)
"""The same for OpenTelemetry, which matches regular expressions against absolute addresses."""


def is_watched(path: str) -> bool:
    return not path.startswith(UNWATCHED)
