"""The signing keys of every enterprise."""
