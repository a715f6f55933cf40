"""Say when enough is enough, over all processes: of what fails (RFC 6749 §10.10), and of what succeeds."""
