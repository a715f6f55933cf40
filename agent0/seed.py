"""Agent0 seeds nothing: its people come with their first sign-in, and its one connection stands in its
settings.
"""


def seed() -> None:
    """Nothing to write. People are created on (issuer, subject) when they sign in (OpenID Connect Core §5.7)."""
