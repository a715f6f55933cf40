"""All that can be changed here, by name, for the pages that tell of every change."""

from collections.abc import Iterable
from typing import Any, Final

from stage.kit.changes import differences
from todo0.authserver.clients import CLIENT
from todo0.console.changes import Kind
from todo0.console.models import Change
from todo0.federation.organizations import ORGANIZATION
from todo0.federation.tenant import TENANT
from todo0.federation.terms import CONNECTION
from todo0.resources.apis import API
from todo0.self_service.invitations import INVITATION

KINDS: Final = {kind.name: kind for kind in (CONNECTION, CLIENT, ORGANIZATION, TENANT, API, INVITATION)}


def tell_all(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Each change with its differences in words; of a kind that is no more, without."""
    return [{"change": change, "rows": _differences(KINDS.get(change.kind), change)} for change in changes]


def _differences(kind: Kind | None, change: Change) -> list[dict[str, str]]:
    return differences(kind.labels, change.before, change.after) if kind else []
