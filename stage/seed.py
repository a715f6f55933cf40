"""The stage's part of the seed: nothing yet. It keeps no state of its own beside sessions."""


def seed() -> None:
    """Every place has a seed, so that ``reset`` needs no exception for this one."""
