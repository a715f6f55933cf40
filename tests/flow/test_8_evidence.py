"""What the stage shows is what went over the wire, letter for letter, but for what is secret."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import pytest

from tests.flow.recording_proxy import WireExchange
from tests.flow.watched import Watched, check_caller, check_server

Is = Callable[[WireExchange], bool]


def is_token_request(grant: str) -> Is:
    return lambda one: (
        one.path.endswith("/token")
        and dict(parse_qsl(one.request.body.decode())).get("grant_type", "").endswith(grant)
    )


def is_page(place: str, method: str, path: str) -> Is:
    return lambda one: (one.place, one.method, one.path) == (place, method, path)


def is_keys_for(purpose: str) -> Is:
    return lambda one: one.path == "/acme/keys" and purpose in one.request.header("user-agent")


# Hops 9 and 10 are one exchange: the request, and the ID-JAG that comes back.
HOPS: dict[str, Is] = {
    "1 open Agent0": is_page("agent0", "GET", "/"),
    "2 authorize": is_page("idp", "GET", "/acme/authorize"),
    "3 login": is_page("idp", "POST", "/acme/login"),
    "4 callback": is_page("agent0", "GET", "/signin/callback"),
    "5 code for tokens": is_token_request("authorization_code"),
    "6 Agent0 fetches the keys": is_keys_for("sign-in"),
    "7 a call without a token": lambda one: one.place == "todo0_mcp" and one.status == 401,
    "8 protected resource": is_page("todo0_mcp", "GET", "/.well-known/oauth-protected-resource/mcp"),
    "8 authorization server": is_page("todo0", "GET", "/.well-known/oauth-authorization-server"),
    "9 and 10 token exchange": is_token_request("token-exchange"),
    "11 redemption": is_token_request("jwt-bearer"),
    "12 Todo0 fetches the keys": is_keys_for("ID-JAGs"),
    "13 the call": lambda one: one.place == "todo0_mcp" and b"tools/call" in one.request.body,
}


@pytest.mark.parametrize("hop", HOPS)
def test_13_of_13_hops_are_shown_exactly_as_captured(watched: Watched, hop: str) -> None:
    pairs = [pair for pair in watched.pairs() if HOPS[hop](pair[0])]
    assert pairs, f"the wire has not seen hop {hop}"
    for exchange, caller, server in pairs:
        check_server(exchange, server)
        if caller is not None:
            check_caller(exchange, caller)


def test_so_is_everything_else_that_went_over_the_wire(watched: Watched) -> None:
    pairs = watched.pairs()
    assert len(pairs) > 30
    for exchange, caller, server in pairs:
        check_server(exchange, server)
        if caller is not None:
            check_caller(exchange, caller)
