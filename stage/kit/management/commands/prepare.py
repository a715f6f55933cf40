"""``manage.py <party> prepare``: migrate and seed in one process; loading Django twice is most of the wait."""

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate this party's database and seed it."

    def handle(self, *args: object, **options: object) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed")
