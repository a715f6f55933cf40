"""A client's own document: whose it is, what it must say, how it is fetched, and how long it counts."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
import responses

from tests.builders import REMOVED
from tests.client_assertions import KEYS, OTHER_CLIENTS_KEY
from tests.client_documents import REDIRECT_URI, URL, WRONG, build_document
from tests.xaa.far_side import far_side, send
from xaa import client_metadata, egress, jose, protocol
from xaa.client_metadata import MAX_BYTES, ClientDirectory, ClientMetadataError, check_client_url
from xaa.http import OutgoingHttp

KEYS_URL = "https://agent.example/keys"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(clock: Clock) -> ClientDirectory:
    return ClientDirectory(OutgoingHttp(max_bytes=MAX_BYTES), clock=clock)


@pytest.fixture
def agent() -> Iterator[responses.RequestsMock]:
    """The client's own web server."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(URL, json=build_document())
        yield mock


def is_usable(directory: ClientDirectory, clock: Clock) -> bool:
    """Asked afresh, whatever was known before."""
    clock.now += client_metadata.MAX_FRESH
    try:
        directory.load(URL)
    except ClientMetadataError:
        return False
    return True


@pytest.mark.spec("CI-02", "CI-03", "CI-07", "MD-14")
def test_a_good_document_registers_its_client(directory: ClientDirectory, agent: responses.RequestsMock) -> None:
    found = directory.load(URL)
    assert found.keys == jose.KeySet.from_jwks(KEYS)
    assert found.grant_types >= {protocol.GRANT_TOKEN_EXCHANGE, protocol.GRANT_JWT_BEARER}
    assert found.redirect_uris == (REDIRECT_URI,)


@pytest.mark.spec("CI-03", "CI-04", "CI-05", "CI-07", "MD-14")
@pytest.mark.parametrize("fault", WRONG)
def test_a_document_that_is_wrong_in_one_thing_registers_nobody(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock, fault: str
) -> None:
    agent.replace(responses.GET, URL, json=build_document(**WRONG[fault]))
    assert not is_usable(directory, clock)
    agent.replace(responses.GET, URL, json=build_document())
    assert is_usable(directory, clock)


@pytest.mark.spec("CI-02", "SEC-15")
@pytest.mark.parametrize(
    "answer",
    [
        *({"status": status} for status in (201, 203, 301, 302, 304, 307, 308, 401, 404, 500, 503)),
        {"content_type": "text/html"},
        {"content_type": "text/plain"},
        {"body": "[]"},
        {"body": "{"},
        {"body": ""},
        {"body": json.dumps(build_document(client_name="x" * MAX_BYTES))},
    ],
)
def test_an_answer_that_is_wrong_in_one_thing_registers_nobody(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock, answer: dict[str, Any]
) -> None:
    good = {"body": json.dumps(build_document()), "content_type": "application/json", "status": 200}
    agent.replace(responses.GET, URL, **good | answer)
    assert not is_usable(directory, clock)
    agent.replace(responses.GET, URL, **good)
    assert is_usable(directory, clock)


def test_the_media_type_may_be_more_precise(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock
) -> None:
    body = json.dumps(build_document())
    for media_type in ("application/json; charset=utf-8", "application/client-metadata+json"):
        agent.replace(responses.GET, URL, body=body, content_type=media_type)
        assert is_usable(directory, clock)


@pytest.mark.spec("CI-01")
@pytest.mark.parametrize(
    "url",
    [
        "http://agent.example/client", "https://agent.example", "https:///client", "agent.example/client", "",
        "https://agent.example/client#", "https://agent.example/client#x", "https://me@agent.example/client",
        "https://me:pw@agent.example/client", "https://@agent.example/client", "https://agent.example/./client",
        "https://agent.example/../client", "https://agent.example/a/..", "https://agent.example/%2e%2E/client",
        "https://agent.example:0/client", "https://agent.example:99999/client", "https://agent.example/a b",
        "https://agent.example\\@evil.example/client", "https://agent.example/é", "https://[::1/client",
        "https://agent.example/\x00", "https://agent.example/client\n", f"https://agent.example/{'x' * 255}",
    ],
)  # fmt: skip
def test_no_other_url_is_a_client_id(directory: ClientDirectory, url: str) -> None:
    with pytest.raises(ClientMetadataError, match="client_id"):
        directory.load(url)


@pytest.mark.spec("CI-01")
@pytest.mark.parametrize("url", [URL, "https://agent.example/", "https://agent.example:8443/c", f"{URL}?v=1"])
def test_these_are(url: str) -> None:
    check_client_url(url)


def test_plain_http_is_a_client_id_on_the_machine_of_the_demo_alone() -> None:
    check_client_url("http://localhost:8001/client.json", allow_http=True)
    for url in ("http://localhost:8001", "ftp://localhost/client", "http://me@localhost/client"):
        with pytest.raises(ClientMetadataError):
            check_client_url(url, allow_http=True)


@pytest.mark.spec("CI-05")
def test_the_keys_may_be_at_an_address_of_their_own(
    directory: ClientDirectory, agent: responses.RequestsMock
) -> None:
    agent.replace(responses.GET, URL, json=build_document(jwks_uri=KEYS_URL, jwks=REMOVED))
    agent.get(KEYS_URL, json=KEYS)
    assert directory.load(URL).keys == jose.KeySet.from_jwks(KEYS)


@pytest.mark.spec("CI-02", "CI-08", "SEC-13", "SEC-15")
@pytest.mark.parametrize(
    ("jwks_uri", "answer"),
    [
        (KEYS_URL, {"status": 404}),
        (KEYS_URL, {"status": 302, "headers": {"Location": "https://agent.example/elsewhere"}}),
        (KEYS_URL, {"body": json.dumps(KEYS), "content_type": "text/plain"}),
        (KEYS_URL, {"json": {"keys": []}}),
        (KEYS_URL, {"json": KEYS | {"x": "x" * MAX_BYTES}}),
        ("http://agent.example/keys", {"json": KEYS}),
        ("https://me@agent.example/keys", {"json": KEYS}),
        (7, {"json": KEYS}),
    ],
)
def test_keys_that_cannot_be_had_register_nobody(
    directory: ClientDirectory,
    agent: responses.RequestsMock,
    clock: Clock,
    jwks_uri: object,
    answer: dict[str, Any],
) -> None:
    agent.replace(responses.GET, URL, json=build_document(jwks_uri=jwks_uri, jwks=REMOVED))
    if isinstance(jwks_uri, str):
        agent.get(jwks_uri, **answer)
    agent.get("https://agent.example/elsewhere", json=KEYS)
    assert not is_usable(directory, clock)
    assert not any(call.request.url == "https://agent.example/elsewhere" for call in agent.calls)
    agent.replace(responses.GET, URL, json=build_document())
    assert is_usable(directory, clock)


@pytest.mark.spec("CI-08")
def test_a_logo_is_never_fetched(directory: ClientDirectory, agent: responses.RequestsMock) -> None:
    agent.replace(responses.GET, URL, json=build_document(logo_uri="https://169.254.169.254/logo.png"))
    directory.load(URL)
    assert [call.request.url for call in agent.calls] == [URL]


@pytest.mark.spec("CI-06")
def test_a_failure_is_not_remembered_as_an_answer(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock
) -> None:
    agent.replace(responses.GET, URL, status=500, headers={"Cache-Control": "max-age=86400"})
    for _ in range(3):
        with pytest.raises(ClientMetadataError):
            directory.load(URL)
    assert len(agent.calls) == 1, "nobody's made-up requests drive our traffic"
    agent.replace(responses.GET, URL, json=build_document())
    clock.now += client_metadata.FAILURE_COOLDOWN
    assert directory.load(URL)


@pytest.mark.spec("CI-06", "SEC-09")
@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("max-age=120", 120),
        ("public, Max-Age=300, immutable", 300),
        ("max-age=1", client_metadata.MIN_FRESH),
        ("max-age=86400", client_metadata.MAX_FRESH),
        ("no-store", client_metadata.MIN_FRESH),
        ("no-cache, max-age=300", client_metadata.MIN_FRESH),
        ("max-age=soon", client_metadata.MAX_FRESH),
        ("", client_metadata.MAX_FRESH),
    ],
)
def test_it_counts_as_long_as_it_says_within_our_bounds(
    directory: ClientDirectory,
    agent: responses.RequestsMock,
    clock: Clock,
    cache_control: str,
    seconds: float,
) -> None:
    agent.replace(responses.GET, URL, json=build_document(), headers={"Cache-Control": cache_control})
    directory.load(URL)
    clock.now += seconds - 1
    directory.load(URL)
    assert len(agent.calls) == 1
    clock.now += 1
    directory.load(URL)
    assert len(agent.calls) == 2


@pytest.mark.spec("CI-06")
def test_the_shorter_of_two_freshnesses_counts(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock
) -> None:
    agent.replace(responses.GET, URL, json=build_document(jwks_uri=KEYS_URL, jwks=REMOVED))
    agent.get(KEYS_URL, json=KEYS, headers={"Cache-Control": "max-age=90"})
    directory.load(URL)
    clock.now += 90
    directory.load(URL)
    assert len(agent.calls) == 4


@pytest.mark.spec("CI-06", "SEC-09")
def test_a_document_that_is_gone_takes_its_keys_with_it(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock
) -> None:
    directory.load(URL)
    agent.replace(responses.GET, URL, status=404)
    directory.load(URL)
    assert not is_usable(directory, clock)
    other = {"keys": [jose.public_jwk(OTHER_CLIENTS_KEY)]}
    agent.replace(responses.GET, URL, json=build_document(jwks=other))
    assert is_usable(directory, clock)
    assert directory.load(URL).keys == jose.KeySet.from_jwks(other)


def test_of_many_who_ask_at_once_one_fetches(directory: ClientDirectory, agent: responses.RequestsMock) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: directory.load(URL), range(8)))
    assert len(agent.calls) == 1
    assert len(set(map(id, found))) == 1


@pytest.mark.spec("CI-08", "SEC-14", "SEC-16")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "192.168.1.1", "[::ffff:10.0.0.1]"]
)
def test_no_document_comes_from_inside(host: str) -> None:
    with pytest.raises(ClientMetadataError, match="not public"):
        ClientDirectory(OutgoingHttp(timeout=2)).load(f"https://{host}/client.json")


@pytest.mark.spec("CI-08", "SEC-14")
def test_it_connects_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is checked, private when it would be asked for again."""
    answers, connected = iter(["93.184.216.34", "127.0.0.1"]), []

    def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(egress.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(egress, "create_connection", connect)
    with pytest.raises(ClientMetadataError):
        ClientDirectory(OutgoingHttp(timeout=1)).load(URL)
    assert connected == [("93.184.216.34", 443)]


def redirect(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"", status=302, Location="/good", Content_Type="application/json")


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b" " * 1_000_000, Content_Type="application/json")


def zip_bomb(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"x", Content_Type="application/json", Content_Encoding="gzip")


@pytest.mark.spec("CI-02", "CI-08", "SEC-13", "SEC-15")
@pytest.mark.parametrize("misbehave", [redirect, drip, flood, zip_bomb, lambda handler: time.sleep(3)])
def test_a_real_server_that_misbehaves_registers_nobody(
    misbehave: Callable[[BaseHTTPRequestHandler], None],
) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        good = build_document(client_id=f"http://{handler.headers['Host']}/good", redirect_uris=[])
        if handler.path == "/good":
            return send(handler, json.dumps(good).encode(), Content_Type="application/json")
        return misbehave(handler)

    with far_side(answer) as url:
        http = OutgoingHttp(allow_private=True, timeout=0.3, max_bytes=MAX_BYTES)
        started = time.monotonic()
        with pytest.raises(ClientMetadataError):
            ClientDirectory(http).load(f"{url}/bad")
        assert time.monotonic() - started < 2
        assert asked == ["/bad"]
        assert ClientDirectory(http).load(f"{url}/good")


@pytest.mark.spec("CI-08", "SEC-15")
def test_a_slow_document_and_its_slow_keys_have_the_time_of_one_call_together() -> None:
    """Whoever sends a request in this client's name keeps a thread of ours waiting for as long."""

    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        time.sleep(1.7 if handler.path == "/slow" else 6)
        base = f"http://{handler.headers['Host']}"
        slow = build_document(client_id=f"{base}/slow", redirect_uris=[], jwks=REMOVED, jwks_uri=f"{base}/keys")
        return send(handler, json.dumps(slow).encode(), Content_Type="application/json")

    with far_side(answer) as url:
        started = time.monotonic()
        with pytest.raises(ClientMetadataError):
            ClientDirectory(OutgoingHttp(allow_private=True, timeout=2)).load(f"{url}/slow")
        assert time.monotonic() - started < 3.4
        assert asked == ["/slow", "/keys"]


def test_what_a_refusal_says_holds_no_secret(directory: ClientDirectory, agent: responses.RequestsMock) -> None:
    agent.replace(responses.GET, URL, json=build_document(client_secret="s3cret"))
    with pytest.raises(ClientMetadataError) as caught:
        directory.load(URL)
    assert "s3cret" not in str(caught.value)


def test_an_unreachable_server_registers_nobody(
    directory: ClientDirectory, agent: responses.RequestsMock, clock: Clock
) -> None:
    agent.replace(responses.GET, URL, body=requests.ConnectionError())
    assert not is_usable(directory, clock)
    agent.replace(responses.GET, URL, json=build_document())
    assert is_usable(directory, clock)
