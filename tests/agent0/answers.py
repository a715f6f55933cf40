"""What the far side of Agent0's tests answers, and what it saw."""

from dataclasses import dataclass, field

from xaa import protocol

SCOPE = "todos.read todos.write"


@dataclass
class Answer:
    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1_000_000


@dataclass
class Seen:
    """One request that arrived. ``form`` is a token request's, ``body`` an API call's."""

    what: str
    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    body: object


def refusal(error: str, description: str = "", status: int = 400, times: int = 1_000_000) -> Answer:
    return Answer(status, {"error": error, "error_description": description}, times=times)


def id_jag_answer(**override: object) -> Answer:
    body = {
        "issued_token_type": protocol.TOKEN_TYPE_ID_JAG,
        "token_type": "N_A",
        "access_token": "an-id-jag",
        "expires_in": 300,
        "scope": SCOPE,
    } | override
    return Answer(200, body)


def access_token_answer(**override: object) -> Answer:
    body = {
        "token_type": "Bearer",
        "access_token": "an-access-token",
        "expires_in": 300,
        "scope": SCOPE,
    } | override
    return Answer(200, body)
