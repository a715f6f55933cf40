"""A vector: one fault in an exchange that is otherwise good, the check that must name it, and the code it gets.

Nothing else about the exchange is wrong, so whatever refuses it is that check: ``test_token_exchange_checks``
holds every vector to that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.idp_mock.exchange_world import World

Arrange = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Vector:
    check: str
    name: str
    error: str
    arrange: Arrange
    rows: tuple[str, ...]
    """The rows of ``protocol.md`` that its refusal proves."""


VECTORS: list[Vector] = []


def vector(check: str, error: str, *rows: str) -> Callable[[Arrange], Arrange]:
    def keep(arrange: Arrange) -> Arrange:
        VECTORS.append(Vector(check, arrange.__name__, error, arrange, rows))
        return arrange

    return keep


def send(check: str, name: str, error: str, *rows: str, **override: Any) -> None:
    """A vector that needs nothing arranged, only something else in the form."""
    VECTORS.append(Vector(check, name, error, lambda world: override, rows))
