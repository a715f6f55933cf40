"""What the parameters and headers of the flow are for, in words.

In the flow the recorder shows a message as it was captured, and beside each value what this says of its name.

Deliberately does not: know every name. What is not here is shown without a word.
"""

import functools
from dataclasses import dataclass

from stage.kit.registry.loader import load
from stage.kit.registry.references import Reference, refer_to


@dataclass(frozen=True)
class Parameter:
    """A member of a form, a query or a JSON answer."""

    name: str
    words: str
    spec: str = ""

    @property
    def reference(self) -> Reference | None:
        return refer_to(self.spec) if self.spec else None


@dataclass(frozen=True)
class Header(Parameter):
    """A header of a request or an answer; its name is compared without case."""


@functools.cache
def load_parameters() -> dict[str, Parameter]:
    return {row.name: row for row in load("parameters", Parameter)}


@functools.cache
def load_headers() -> dict[str, Header]:
    return {row.name.lower(): row for row in load("parameters", Header)}
