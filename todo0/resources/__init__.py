"""The APIs that Todo0's authorization server issues tokens for: one row each (RFC 8707)."""
