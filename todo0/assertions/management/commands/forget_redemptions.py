"""``manage.py todo0 forget_redemptions``: delete what of the log is older than 30 days. Run it daily.

It also wipes what was entered in setups that nobody finished in time: a client secret has no business here then.

The rows name people, so they are kept for as long as somebody may still ask what happened, and no longer. A
product has a scheduler for it; ``--keep`` bounds a log that grows faster than its age says.
"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.utils import timezone

from todo0.assertions.models import Redemption
from todo0.self_service.invitations import wipe_what_ran_out

DAYS: Final = 30


class Command(BaseCommand):
    help = (
        "Delete the redemptions of the log that are older than so many days, or more than so many, and wipe the "
        "secrets of setups that ran out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=read_count, default=DAYS, help=f"their greatest age ({DAYS})")
        parser.add_argument("--keep", type=read_count, help="and of the others the newest alone, so many")

    def handle(self, *args: Any, **options: Any) -> None:
        oldest = timezone.now() - timedelta(days=options["days"])
        forgotten = Redemption.objects.filter(at__lt=oldest).delete()[0]
        if options["keep"] is not None:
            newest = Redemption.objects.order_by("-pk").values_list("pk", flat=True)
            first_too_many = newest[options["keep"] : options["keep"] + 1].first() or 0
            forgotten += Redemption.objects.filter(pk__lte=first_too_many).delete()[0]
        self.stdout.write(f"forgotten: {forgotten}")
        self.stdout.write(f"setups wiped: {wipe_what_ran_out(timezone.now())}")


def read_count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise ArgumentTypeError(f"expected a number from 0 to 999999, found {text!r:.40}")
    return int(text)
