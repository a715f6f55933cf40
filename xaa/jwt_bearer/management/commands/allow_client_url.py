"""``manage.py allow_client_url URL --name "Agent0" --scopes "todos.read"``: list a client whose id is a URL."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from xaa.client_metadata import ClientMetadataError
from xaa.jwt_bearer.client_documents import allow_client_url


class Command(BaseCommand):
    help = "Let the client whose id is this URL redeem ID-JAGs; its metadata document says the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")
        parser.add_argument("--name", required=True, help="What people here call it.")
        parser.add_argument("--scopes", required=True, help="Space-separated: the most it may get.")

    def handle(self, *args: Any, url: str, name: str, scopes: str, **options: Any) -> None:
        try:
            client = allow_client_url(url, name=name, allowed_scopes=scopes)
        except ClientMetadataError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{url} may get: {client.allowed_scopes}")
