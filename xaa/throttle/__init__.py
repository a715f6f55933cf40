"""Count what fails, across all processes, and say when enough is enough (RFC 6749 §10.10)."""
