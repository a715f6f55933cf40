"""``manage.py <party> reset_state``: back to the seeded state, for a demo that does not run (``manage.py reset``).

One transaction: whoever asks meanwhile sees the old state or the new one, never an empty table. DEMO ONLY: it
deletes everything without asking, and keeps nothing for an undo.
"""

from django.core.cache import cache
from django.core.management.base import BaseCommand
from django.db import transaction

from stage.kit.control import rows


class Command(BaseCommand):
    help = "Empty every table of this party and seed it again."

    def handle(self, *args: object, **options: object) -> None:
        with transaction.atomic():
            rows.lock()
            rows.drop_aside()
            rows.empty_and_seed()
        cache.clear()
