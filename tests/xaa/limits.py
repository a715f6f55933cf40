"""Two answers to ``JWT_BEARER_ADMIT``: come in, and come back later."""

from xaa.jwt_bearer.errors import TooManyRequests


def admit(client_id: str) -> dict[str, str]:
    return {"X-RateLimit-Remaining": "1", "X-Asked-For": client_id}


def turn_away(client_id: str) -> dict[str, str]:
    raise TooManyRequests(wait=7, headers={"X-RateLimit-Remaining": "0"})
