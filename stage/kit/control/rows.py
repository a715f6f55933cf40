"""All rows of a party: set aside for an undo, emptied and seeded, put back; each in one transaction.

In the flow of a reset the rows are copied into tables of their own beside the real ones, in the same database. So
a copy is exact whatever the types are, costs no trip through Python, and works alike on SQLite and PostgreSQL
(docs/decisions/0011). Nobody sees anything in between: a reader has the old world or the new one.

Deliberately does not: empty what a party names in ``RESET_KEEPS`` (signing keys: everybody caches them, and a new
key after each reset would be refused until those caches may ask again). What is in ``RESET_IGNORES`` is no part of
the world, and is neither emptied nor set aside: the stage's evidence, which is never written again.
"""

from collections.abc import Sequence
from typing import Final

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection
from django.utils.module_loading import import_string

from stage.kit.signals import world_emptied

ASIDE: Final = "undo_"
SEQUENCES: Final = "undo_sequences"
# Made by migrate from the models, not by people.
MADE_BY_MIGRATE: Final = ("contenttypes.ContentType", "auth.Permission")

SAVE_SEQUENCES: Final = {
    "sqlite": "SELECT name, seq FROM sqlite_sequence",
    "postgresql": "SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = current_schema()",
}
# Forward only: what is no part of the world has gone on counting.
PUT_SEQUENCES_BACK: Final = {
    "sqlite": """
        UPDATE sqlite_sequence SET seq = max(sqlite_sequence.seq, old.seq)
        FROM undo_sequences old WHERE old.name = sqlite_sequence.name""",
    "postgresql": """
        SELECT setval(format('%I', old.name), greatest(old.last_value, now.last_value))
        FROM undo_sequences old JOIN pg_sequences now ON now.sequencename = old.name
        WHERE now.schemaname = current_schema() AND old.last_value IS NOT NULL""",
}


def lock() -> None:
    """Wait for whoever writes, and let nobody in until the transaction ends. SQLite has this from its BEGIN."""
    if connection.vendor == "postgresql":
        _run(f"LOCK TABLE {_listed(find_tables())} IN ACCESS EXCLUSIVE MODE")


def empty_and_seed() -> None:
    """As after the first ``prepare``."""
    _empty(find_tables(without=getattr(settings, "RESET_KEEPS", ())))
    world_emptied.send(sender=None)
    import_string(settings.SEED)()


def set_aside() -> None:
    """A copy of all that is in the world, in place of an earlier one."""
    drop_aside()
    for table in find_tables():
        _run(f"CREATE TABLE {_quote(ASIDE + table)} AS SELECT * FROM {_quote(table)}")  # noqa: S608
    _run(f"CREATE TABLE {SEQUENCES} AS {SAVE_SEQUENCES[connection.vendor]}")


def put_back() -> None:
    """The copy in place of whatever has come since. Row numbers go on from where they were."""
    _empty(find_tables())
    for table in find_tables():
        _run(f"INSERT INTO {_quote(table)} SELECT * FROM {_quote(ASIDE + table)}")  # noqa: S608
    _run(PUT_SEQUENCES_BACK[connection.vendor])
    drop_aside()


def has_aside() -> bool:
    return bool(_find_aside())


def drop_aside() -> None:
    for table in _find_aside():
        _run(f"DROP TABLE {_quote(table)}")


def find_tables(without: Sequence[str] = ()) -> list[str]:
    """The tables of every model of this party, those between models included, but for the models ``without``."""
    left_out = (*MADE_BY_MIGRATE, *getattr(settings, "RESET_IGNORES", ()), *without)
    kept = {apps.get_model(label)._meta.db_table for label in left_out}
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return sorted(tables & set(connection.introspection.table_names()) - kept)


def _find_aside() -> list[str]:
    return [name for name in connection.introspection.table_names() if name.startswith(ASIDE)]


def _empty(tables: list[str]) -> None:
    for statement in connection.ops.sql_flush(no_style(), tables, reset_sequences=True):
        _run(statement)


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _quote(name: str) -> str:
    """Names are Django's own; nothing here comes from a request."""
    return connection.ops.quote_name(name)


def _listed(tables: list[str]) -> str:
    return ", ".join(map(_quote, tables))
