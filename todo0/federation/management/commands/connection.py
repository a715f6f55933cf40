"""``manage.py todo0 connection``: show the switches of one, or turn them: ``connection acme --jit-accounts on``.

Todo0 has no pages for its own admin; this is what such a page would do.
"""

from argparse import ArgumentParser
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from todo0.federation.models import Connection

SWITCHES: Final = ("active", "xaa_enabled", "jit_accounts", "link_by_email")


class Command(BaseCommand):
    help = "Show or turn the switches of an enterprise connection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        for name in SWITCHES:
            text = str(Connection._meta.get_field(name).help_text)
            parser.add_argument(f"--{name.replace('_', '-')}", choices=("on", "off"), help=text)

    def handle(self, *args: Any, **options: Any) -> None:
        connection = Connection.objects.filter(slug=options["slug"]).first()
        if connection is None:
            known = ", ".join(Connection.objects.values_list("slug", flat=True))
            raise CommandError(f"Expected a connection, one of: {known}. Found {options['slug']!r}.")
        turned = [name for name in SWITCHES if options[name]]
        for name in turned:
            setattr(connection, name, options[name] == "on")
        connection.save(update_fields=turned)
        for name in SWITCHES:
            self.stdout.write(f"{name.replace('_', '-')}: {'on' if getattr(connection, name) else 'off'}")
