"""The presets as the pages of the server and of a connection show them: every field of each, what each foresees.

Deliberately does not: save. The pages' own forms do, and each field of them may be changed before.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from stage.kit.changes import words
from todo0.federation.models import Connection, Tenant
from todo0.federation.tenant import LABELS as OF_SERVER
from todo0.federation.terms import LABELS as OF_CONNECTION
from todo0.presets.foresight import foresee_last
from todo0.presets.rules import PRESETS


def tell_presets(*, tenant: Tenant, connection: Connection | None = None, preset: str = "") -> dict[str, Any]:
    """The context of ``admin/presets.html``, ``admin/preset_fields.html`` and ``admin/foreseen.html``."""
    rules = {name: preset.server for name, preset in PRESETS.items()}
    terms = {name: preset.connection for name, preset in PRESETS.items()}
    return {
        "presets": PRESETS,
        "preset": preset,
        "fields": [
            {"title": "Of the server", "rows": compare(Tenant, tenant, rules, OF_SERVER)},
            {"title": "Of a connection", "rows": compare(Connection, connection, terms, OF_CONNECTION)},
        ],
        "foreseen": foresee_last(**({"issuer": connection.issuer} if connection else {})),
    }


def compare(
    model: type[Model], now: Model | None, presets: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A row a field that some preset fills: today's value, and that of each; None where it leaves it alone."""
    filled = [name for name in labels if any(name in fields for fields in presets.values())]
    return [
        {
            "label": labels[name],
            "now": tell(model, name, getattr(now, name)) if now else None,
            "values": [
                {
                    "told": tell(model, name, fields[name]) if name in fields else None,
                    "differs": bool(now and name in fields and fields[name] != getattr(now, name)),
                }
                for fields in presets.values()
            ],
        }
        for name in filled
    ]


def tell(model: type[Model], name: str, value: Any) -> str:
    """In the words of the form, where the field has some."""
    choices: Any = model._meta.get_field(name).flatchoices  # type: ignore[union-attr]
    return words(dict(choices).get(value, value))
