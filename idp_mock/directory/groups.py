"""Groups by their names, which is how a history tells of them."""

from collections.abc import Collection

from idp_mock.directory.models import Enterprise, Group
from stage.kit.changes import NotUndoable


def revive_groups(enterprise: Enterprise, names: Collection[str]) -> list[Group]:
    """Raises ``NotUndoable`` when one of them is gone: without it the state would be another than it was."""
    groups = list(enterprise.groups.filter(name__in=names))
    if missing := set(names) - {group.name for group in groups}:
        raise NotUndoable(f"There is no group {', '.join(sorted(missing))} any more.")
    return groups
