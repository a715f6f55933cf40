"""Who changes something at this IdP, and when; how a change is kept and told is the kit's.

Deliberately does not: merge. Of two admins who edit one version, the second is told and loses nothing she typed.
"""

from dataclasses import dataclass
from datetime import datetime

from idp_mock.directory.models import Person
from stage.kit.changes import NotUndoable, StaleVersion, differences, read_version, summarise, words

__all__ = ["By", "NotUndoable", "StaleVersion", "differences", "read_version", "summarise", "words"]


@dataclass(frozen=True)
class By:
    """Who changes something, and when; ``called`` is who it was where it was no person of the directory."""

    person: Person | None
    at: datetime
    called: str = ""

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.called

    @property
    def sub(self) -> str:
        return self.person.sub if self.person else ""
