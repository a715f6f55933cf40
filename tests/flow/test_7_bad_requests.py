"""Bad input from programs gets a clear error in JSON, at every endpoint, and never a 500."""

import json

import pytest

from tests.flow.demo import Demo
from tests.flow.wire import ID_JAG, ID_TOKEN, JWT_BEARER, TOKEN_EXCHANGE, Client, Wire, error_of, write_part

MALFORMED = {
    "one word": "token",
    "two parts": "a.b",
    "three words": "a.b.c",
    "only dots": "....",
    "five parts": "a.b.c.d.e",
    "no JSON": f"{write_part('x')}.{write_part('y')}.z",
    "JSON but lists": f"{write_part([])}.{write_part([])}.z",
    "no signature": f"{write_part({'alg': 'ES256', 'typ': 'oauth-id-jag+jwt'})}.{write_part({'iss': 'x'})}.",
    "deep": f"{write_part({'alg': 'ES256'})}.{'WyJ' * 3000}.z",
    "long": "e" * 20_000,
    "not ASCII": "ïd-jäg.ïd-jäg.ïd-jäg",
}
UNCLEAN = {"NUL": "a\0b", "control": "a\x07b"}


@pytest.fixture(params=["acme", "globex", "okta", "todo0"])
def token_endpoint(request: pytest.FixtureRequest, wire: Wire, demo: Demo) -> tuple[str, Client]:
    """Every token endpoint of the demo, and Agent0's registration there."""
    place = request.param
    if place == "todo0":
        return demo.facts["todo0"]["token_endpoint"], wire.clients["agent0", "todo0"]
    if place == "okta":
        return f"{wire.idp()['issuer']}/oauth2/v1/token", wire.clients["agent0", "acme"]
    return wire.idp(place)["token_endpoint"], wire.clients["agent0", place]


@pytest.mark.spec("TX-24", "RD-02")
@pytest.mark.parametrize("way", ["form", "header"])
@pytest.mark.parametrize("wrong", ["secret", "client", "nothing"])
def test_a_wrong_secret_is_invalid_client_whoever_asks(
    wire: Wire, token_endpoint: tuple[str, Client], way: str, wrong: str
) -> None:
    url, client = token_endpoint
    client_id = client.client_id if wrong == "secret" else "nobody-at-all"
    secret = "" if wrong == "nothing" else "not-the-secret"
    grant = TOKEN_EXCHANGE if "idp" in url or client.place != "todo0" else JWT_BEARER
    form = {"grant_type": grant, "assertion": "a.b.c", "subject_token": "a.b.c"}
    if way == "header":
        answer = wire.post(url, form, auth=(client_id, secret))
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    else:
        answer = wire.post(url, form | {"client_id": client_id, "client_secret": secret})
    assert error_of(answer) == (401, "invalid_client")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.spec("SEC-18")
def test_both_ways_of_authenticating_at_once_are_refused(wire: Wire, token_endpoint: tuple[str, Client]) -> None:
    url, client = token_endpoint
    answer = wire.post(
        url, {"grant_type": "x", **client.credentials()}, auth=(client.client_id, client.client_secret)
    )
    assert error_of(answer) == (400, "invalid_request")


def test_a_grant_type_must_be_there_and_known(wire: Wire, token_endpoint: tuple[str, Client]) -> None:
    url, client = token_endpoint
    assert error_of(wire.post(url, client.credentials())) == (400, "invalid_request")
    for unknown in ("password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"):
        answer = wire.post(url, {"grant_type": unknown, **client.credentials()})
        assert error_of(answer) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("body", ["json", "text", "broken utf-8", "huge"])
def test_what_is_no_form_is_an_invalid_request(wire: Wire, token_endpoint: tuple[str, Client], body: str) -> None:
    url, client = token_endpoint
    form = "application/x-www-form-urlencoded"
    data, kind = {
        "json": (json.dumps(client.credentials()).encode(), "application/json"),
        "text": (b"grant_type=x", "text/plain"),
        "broken utf-8": (b"grant_type=%ff%fe&client_id=%c3%28", form),
        "huge": (b"grant_type=x&assertion=" + b"a" * 300_000, form),
    }[body]
    answer = wire.http.post(url, data=data, headers={"Content-Type": kind}, timeout=30)
    assert answer.status_code in (400, 401, 413)
    assert answer.json()["error"] in ("invalid_request", "invalid_client", "unsupported_grant_type")


@pytest.mark.spec("SEC-31")
def test_tokens_are_not_handed_out_over_get(wire: Wire, token_endpoint: tuple[str, Client]) -> None:
    assert wire.get(token_endpoint[0]).status_code == 405


@pytest.mark.spec("TX-02", "TX-03", "TX-14")
@pytest.mark.parametrize("name", ["requested_token_type", "audience", "subject_token", "subject_token_type"])
@pytest.mark.parametrize("how", ["missing", "empty", "doubled"])
def test_an_exchange_needs_each_parameter_once(
    wire: Wire, demo: Demo, agent0: Client, alice: dict[str, str], name: str, how: str
) -> None:
    value = {
        "requested_token_type": ID_JAG,
        "audience": demo.facts["todo0"]["issuer"],
        "subject_token": alice["id_token"],
        "subject_token_type": ID_TOKEN,
    }[name]
    bad = {"missing": None, "empty": "", "doubled": [value, value]}[how]
    if name == "subject_token":
        answer = wire.exchange(agent0, bad)
    else:
        answer = wire.exchange(agent0, alice["id_token"], **{name: bad})
    assert error_of(answer) == (400, "invalid_request")


@pytest.mark.spec("TX-30", "TX-31", "TX-32")
@pytest.mark.parametrize(
    "extra",
    [
        {"actor_token": "a.b.c", "actor_token_type": ID_TOKEN},
        {"actor_token": "a.b.c"},
        {"scope": ["todos.read", "todos.write"]},
        {"grant_type": [TOKEN_EXCHANGE, TOKEN_EXCHANGE]},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"},
    ],
    ids=["actor", "half an actor", "two scopes", "two grants", "SAML"],
)
def test_an_exchange_that_asks_for_too_much_is_refused(
    wire: Wire, agent0: Client, alice: dict[str, str], extra: dict[str, str]
) -> None:
    assert error_of(wire.exchange(agent0, alice["id_token"], **extra)) == (400, "invalid_request")


@pytest.mark.spec("RD-01")
@pytest.mark.parametrize("name", ["assertion", "grant_type", "client_id", "scope"])
def test_a_redemption_with_a_doubled_parameter_is_refused_and_burns_nothing(
    wire: Wire, agent0_there: Client, id_jag: str, name: str
) -> None:
    value = {
        "assertion": id_jag,
        "grant_type": JWT_BEARER,
        "client_id": agent0_there.client_id,
        "scope": "todos.read",
    }
    answer = wire.redeem(agent0_there, id_jag, **{name: [value[name]] * 2}) if name != "assertion" else None
    if answer is None:
        answer = wire.redeem(agent0_there, [id_jag, id_jag])
    assert error_of(answer) == (400, "invalid_request")
    assert wire.redeem(agent0_there, id_jag).status_code == 200


def test_a_redemption_without_an_assertion_is_refused(wire: Wire, agent0_there: Client) -> None:
    assert error_of(wire.redeem(agent0_there, None)) == (400, "invalid_request")
    assert error_of(wire.redeem(agent0_there, "")) == (400, "invalid_request")


@pytest.mark.spec("RD-34", "RD-36")
@pytest.mark.parametrize("token", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_token_is_refused_at_all_three_places(
    wire: Wire, agent0: Client, agent0_there: Client, token: str
) -> None:
    assert error_of(wire.exchange(agent0, token)) == (400, "invalid_grant")
    assert error_of(wire.redeem(agent0_there, token)) == (400, "invalid_grant")
    answer = wire.http.get(
        f"{wire.demo.facts['todo0']['api_url']}/todos",
        headers={"Authorization": b"Bearer " + token[:7000].encode()},
        timeout=30,
    )
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize("token", UNCLEAN.values(), ids=UNCLEAN)
def test_control_characters_are_refused_before_anybody_looks_at_them(
    wire: Wire, agent0: Client, agent0_there: Client, token: str
) -> None:
    assert error_of(wire.exchange(agent0, token)) == (400, "invalid_request")
    assert wire.redeem(agent0_there, token).status_code == 400
    assert wire.redeem(agent0_there, "a.b.c", client_id=token).status_code in (400, 401)


@pytest.mark.parametrize(
    "path",
    [
        "token",
        "keys",
        "userinfo",
        ".well-known/openid-configuration",
        "oauth2/v1/token",
    ],
)
def test_an_unknown_tenant_is_not_found_in_json(wire: Wire, demo: Demo, path: str) -> None:
    method = wire.http.post if path.endswith("token") else wire.http.get
    form = {"grant_type": "x", "client_id": "y", "client_secret": "z"}
    answer = method(f"{demo.url('idp')}/nowhere/{path}", data=form if path.endswith("token") else None, timeout=30)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_tenant")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/todos", b"{"),
        ("POST", "/todos", b"[]"),
        ("POST", "/todos", b'{"title": 7}'),
        ("POST", "/todos", b'{"title": ""}'),
        ("POST", "/todos", b'{"title": "a\\u0000b"}'),
        ("POST", "/todos", b'{"title": "a", "owner": 1}'),
        ("POST", "/todos", b"[" * 12_000),
        ("POST", "/todos", b'"' + b"a" * 200_000 + b'"'),
        ("GET", "/todos?limit=-1", b""),
        ("GET", "/todos?after=99999999999999999999", b""),
        ("GET", "/todos?done=perhaps", b""),
    ],
)
def test_the_api_says_what_it_expected(wire: Wire, access_token: str, method: str, path: str, body: bytes) -> None:
    answer = wire.call(method, path, access_token, data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413)
    assert "Expected" in answer.json()["message"]


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999", "-1", "x"])
def test_a_todo_that_is_not_there_is_not_found(wire: Wire, access_token: str, number: str) -> None:
    assert wire.call("GET", f"/todos/{number}", access_token).status_code == 404
