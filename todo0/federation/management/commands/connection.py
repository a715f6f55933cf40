"""``manage.py todo0 connection``: show the switches of one, or turn them: ``connection acme --jit-accounts on``.

``--client-secret`` asks for our client secret at its IdP, which is how Todo0's own administrators come back in
when theirs was entered wrongly at the console.

What the console's page of a connection does (``/admin/connections``), with the same record of the change.
"""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stage.kit.changes import NotUndoable
from todo0.console.changes import By, save_change
from todo0.federation.models import Connection
from todo0.federation.terms import CONNECTION, change_secret

SWITCHES: Final = ("active", "xaa_enabled", "jit_accounts", "link_by_email")


class Command(BaseCommand):
    help = "Show or turn the switches of an enterprise connection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        for name in SWITCHES:
            text = str(Connection._meta.get_field(name).help_text)
            parser.add_argument(f"--{name.replace('_', '-')}", choices=("on", "off"), help=text)
        parser.add_argument("--client-secret", action="store_true", help="Ask for the one that its IdP gave us.")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = Connection.objects.filter(slug=options["slug"]).first()
        if connection is None:
            known = ", ".join(Connection.objects.order_by("slug").values_list("slug", flat=True))
            raise CommandError(f"Expected a connection, one of: {known}. Found {options['slug']!r}.")
        turned = [name for name in SWITCHES if options[name]]
        terms = {name: options[name] == "on" for name in turned}
        by = By(timezone.now())
        try:
            save_change(CONNECTION, connection.pk, terms, version=None, by=by)
        except NotUndoable as error:
            raise CommandError(f"Nothing is changed. {error}") from error
        if options["client_secret"]:
            secret = getpass("Our client secret there, which is not shown: ").strip()
            if not secret:
                raise CommandError("Expected a secret, found nothing. It stays as it was.")
            change_secret(connection.pk, secret, version=None, by=by)
            self.stdout.write("client-secret: changed, from the next sign-in")
        connection.refresh_from_db()
        for name in SWITCHES:
            self.stdout.write(f"{name.replace('_', '-')}: {'on' if getattr(connection, name) else 'off'}")
