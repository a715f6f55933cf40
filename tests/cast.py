"""The cast, by name, for every test: the people of the seed, and nobody else."""

from stage.kit.people import ALICE, BOB, CAROL, DAN, EVE, GLOBEX_ALICE, PEOPLE, TOVE, Person

__all__ = ["ALICE", "BOB", "CAROL", "DAN", "EVE", "GLOBEX_ALICE", "PEOPLE", "TOVE", "Person"]
