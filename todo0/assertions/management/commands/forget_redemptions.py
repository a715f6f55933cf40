"""``manage.py todo0 forget_redemptions --keep 10000``: delete the log's oldest, for a scheduler to call."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from todo0.assertions.models import Redemption


class Command(BaseCommand):
    help = "Keep the newest redemptions of the log and delete the others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", type=int, default=10_000)

    def handle(self, *args: Any, **options: Any) -> None:
        newest = Redemption.objects.order_by("-pk").values_list("pk", flat=True)
        oldest_kept = newest[options["keep"] - 1 : options["keep"]].first() if options["keep"] > 0 else None
        rows = (
            Redemption.objects.all()
            if options["keep"] <= 0
            else Redemption.objects.filter(pk__lt=oldest_kept or 0)
        )
        self.stdout.write(f"forgotten: {rows.delete()[0]}")
