"""``manage.py <party> seed``: write the cast and the registrations. Run twice, it changes nothing.

Deliberately does not: remove anything; ``reset_state`` does. What is written stands in the party's ``seed.py``.
"""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Write the seeded people, registrations and policies of this party."

    def handle(self, *args: object, **options: object) -> None:
        with transaction.atomic():
            import_string(settings.SEED)()
