"""``manage.py forget_id_jags``: drop the replay rows of what has expired. Run it daily."""

from typing import Any

from django.core.management.base import BaseCommand

from xaa.jwt_bearer.replay import forget_expired


class Command(BaseCommand):
    help = "Delete the replay rows of ID-JAGs, DPoP proofs and client assertions that have expired."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Forgot {forget_expired()} redeemed ID-JAGs, used proofs and used client assertions.")
