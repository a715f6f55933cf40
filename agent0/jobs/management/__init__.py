"""Commands of Agent0."""
