"""Two answers to ``JWT_BEARER_ADMIT``: come in, and come back later."""

from xaa.jwt_bearer.errors import TooManyRequests
from xaa.jwt_bearer.presented import Client


def admit(client: Client) -> dict[str, str]:
    return {"X-RateLimit-Remaining": "1", "X-Asked-For": client.application.client_id}


def turn_away(client: Client) -> dict[str, str]:
    raise TooManyRequests(wait=7, headers={"X-RateLimit-Remaining": "0"})
