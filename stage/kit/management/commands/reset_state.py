"""``manage.py <party> reset_state``: back to the seeded state, while the party serves or not.

One transaction: whoever asks meanwhile sees the old state or the new one, never an empty table. DEMO ONLY: it
deletes everything without asking.

Deliberately does not: touch what a party names in ``RESET_KEEPS`` (the IdP's signing keys: everybody caches them,
and a new key after each reset would be refused until those caches may ask again).
"""

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction
from django.utils.module_loading import import_string

# Made by migrate from the models, not by people.
MADE_BY_MIGRATE = ("contenttypes.ContentType", "auth.Permission")


class Command(BaseCommand):
    help = "Empty every table of this party and seed it again."

    def handle(self, *args: object, **options: object) -> None:
        with transaction.atomic():
            statements = connection.ops.sql_flush(no_style(), find_tables(), reset_sequences=True)
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
            import_string(settings.SEED)()
        cache.clear()


def find_tables() -> list[str]:
    """The tables of every model of this party, those between models included."""
    kept = {
        apps.get_model(label)._meta.db_table for label in (*MADE_BY_MIGRATE, *getattr(settings, "RESET_KEEPS", ()))
    }
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    return sorted(tables & set(connection.introspection.table_names()) - kept)
