"""Outgoing HTTP: bounded, without redirects, to checked public addresses only (RFC 6890; RFC 8414 §3)."""

import time
from http.server import BaseHTTPRequestHandler

import pytest

from tests.xaa.far_side import far_side, send
from xaa import egress
from xaa.http import HttpFailure, OutgoingHttp


def test_it_returns_a_whole_answer() -> None:
    with far_side(lambda handler: send(handler, b'{"a": 1}', X_Note="hello")) as url:
        answer = OutgoingHttp(allow_private=True).get(url)
    assert (answer.status, answer.json(), answer.headers["x-note"]) == (200, {"a": 1}, "hello")


@pytest.mark.spec("SEC-13")
def test_it_follows_no_redirect() -> None:
    asked = []

    def redirect(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        send(handler, b"", status=302, Location="/elsewhere")

    with far_side(redirect) as url:
        assert OutgoingHttp(allow_private=True).get(f"{url}/first").status == 302
    assert asked == ["/first"]


@pytest.mark.spec("SEC-14")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "0.0.0.0"])  # noqa: S104
def test_it_reaches_no_private_address_by_default(host: str) -> None:
    with pytest.raises(HttpFailure, match="not public"):
        OutgoingHttp(timeout=2).get(f"https://{host}/keys")


@pytest.mark.spec("SEC-14")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "64:ff9b:1::7f00:1", "2001::1",
        "fec0::1", "5f00::1", "3fff::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_special_use_addresses_are_not_public(address: str) -> None:
    assert not egress.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_others_are(address: str) -> None:
    assert egress.is_public(address)


@pytest.mark.spec("SEC-14")
def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(egress.socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(HttpFailure, match="not public"):
        OutgoingHttp(timeout=1).get("https://mixed.example/")


@pytest.mark.spec("SEC-14")
def test_it_connects_to_the_very_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: a name that is public when it is checked and private when it is asked for again."""
    answers, connected = iter(["93.184.216.34", "127.0.0.1"]), []

    def look_up(host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", (next(answers) if host == "rebinding.example" else host, port))]

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(egress.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(egress, "create_connection", connect)
    with pytest.raises(HttpFailure):
        OutgoingHttp(timeout=1).get("https://rebinding.example/keys")
    assert connected == [("93.184.216.34", 443)]
    assert list(answers) == ["127.0.0.1"], "the name is looked up once"


@pytest.mark.spec("SEC-13")
@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example/",
        "ftp://idp.example/",
        "file:///etc/passwd",
        "https://",
        "idp",
        "https://u:p@idp.example/",
        "https://[",
        "https://[::1",
    ],
)
def test_it_speaks_https_and_carries_no_credentials_in_the_url(url: str) -> None:
    with pytest.raises(HttpFailure, match="https"):
        OutgoingHttp().get(url)


@pytest.mark.spec("SEC-15")
def test_it_reads_no_more_than_the_bound() -> None:
    with far_side(lambda handler: send(handler, b"x" * 5000)) as url:
        assert len(OutgoingHttp(allow_private=True, max_bytes=5000).get(url).body) == 5000
        with pytest.raises(HttpFailure, match="at most 4999 bytes"):
            OutgoingHttp(allow_private=True, max_bytes=4999).get(url)


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    for character in "HTTP/1.1 200 OK\r\nX-Slow: " + "x" * 100:
        handler.wfile.write(character.encode())
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.spec("SEC-15")
@pytest.mark.parametrize("drip", [drip_body, drip_headers, lambda handler: time.sleep(3)])
def test_it_waits_no_longer_than_the_bound(drip: object) -> None:
    with far_side(drip) as url:  # type: ignore[arg-type]
        started = time.monotonic()
        with pytest.raises(HttpFailure):
            OutgoingHttp(allow_private=True, timeout=0.3).get(url)
        assert time.monotonic() - started < 2


def slow_in_both(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1.7)
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.flush()
    time.sleep(6)


@pytest.mark.spec("SEC-15")
def test_the_bound_is_for_the_headers_and_the_body_together() -> None:
    with far_side(slow_in_both) as url:
        started = time.monotonic()
        with pytest.raises(HttpFailure):
            OutgoingHttp(allow_private=True, timeout=2).get(url)
        assert time.monotonic() - started < 3.4, "1.7 s of 2 were gone when the headers came"


def test_when_no_time_is_left_nobody_is_asked() -> None:
    asked = []
    with far_side(lambda handler: (asked.append(1), send(handler, b"{}"))[1]) as url:
        with pytest.raises(HttpFailure, match="no time left"):
            OutgoingHttp(allow_private=True).get(url, within=0)
        assert OutgoingHttp(allow_private=True).get(url, within=5).status == 200
    assert asked == [1]


def test_a_connection_that_waited_a_little_may_wait_as_long_as_ever_the_next_time() -> None:
    """The bound of one call's last read must not stay on the socket that the next call uses."""
    callers = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        callers.append(handler.client_address)
        handler.protocol_version, handler.close_connection = "HTTP/1.1", False
        handler.send_response(200)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        time.sleep(0.5)
        handler.wfile.write(b"{}")

    with far_side(answer) as url:
        http = OutgoingHttp(allow_private=True)
        assert [http.get(url, within=within).status for within in (0.9, None)] == [200, 200]
    assert callers[0] == callers[1], "one connection served both"


@pytest.mark.spec("SEC-15")
def test_it_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    seen = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.headers["Cookie"], handler.headers["Authorization"]))
        send(handler, b"{}", Set_Cookie="a=b")

    with far_side(look) as url:
        http = OutgoingHttp(allow_private=True)
        assert [http.get(url).status, http.get(url).status] == [200, 200]
    assert seen == [(None, None), (None, None)]


@pytest.mark.parametrize(
    "host", ["idp..example", "...", f"{'a' * 64}.example", "idp.example:99999", "idp.example:x"]
)
def test_a_name_that_no_host_can_have_is_a_failure(host: str) -> None:
    """It may stand in anybody's document, and Python has errors of its own for it."""
    with pytest.raises(HttpFailure, match="no answer"):
        OutgoingHttp().get(f"https://{host}/keys")


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_object_is_a_failure(body: bytes) -> None:
    with far_side(lambda handler: send(handler, body)) as url:
        answer = OutgoingHttp(allow_private=True).get(url)
        with pytest.raises(HttpFailure, match="expected a JSON object"):
            answer.json()


@pytest.mark.spec("MD-08")
@pytest.mark.parametrize(
    "body",
    [
        b'{"issuer": "https://a.example", "issuer": "https://b.example"}',
        b'{"keys": [{"kid": "1", "kid": "2"}]}',
        b'{"expires_in": NaN}',
        '{"a": 1}'.encode("utf-16"),  # RFC 8259 §8.1: UTF-8 and nothing else
        '{"a": 1}'.encode("utf-32-le"),
    ],
)
def test_json_that_two_readers_may_read_in_two_ways_is_a_failure(body: bytes) -> None:
    """RFC 8259 §4: of two equal names one reader keeps the first, another the last, a third neither."""
    with far_side(lambda handler: send(handler, body)) as url, pytest.raises(HttpFailure, match="in two ways"):
        OutgoingHttp(allow_private=True).get(url).json()


@pytest.mark.spec("MD-08")
def test_the_same_name_in_two_objects_is_twice_the_same_for_all_readers() -> None:
    with far_side(lambda handler: send(handler, b'{"keys": [{"kid": "1"}, {"kid": "2"}]}')) as url:
        assert OutgoingHttp(allow_private=True).get(url).json() == {"keys": [{"kid": "1"}, {"kid": "2"}]}


def test_a_failure_holds_no_secret() -> None:
    from requests.auth import HTTPBasicAuth

    with pytest.raises(HttpFailure) as caught:
        OutgoingHttp(allow_private=True, timeout=0.3).post_form(
            "http://127.0.0.1:9/token",
            {"assertion": "secret-assertion"},
            auth=HTTPBasicAuth("me", "secret-password"),
        )
    assert "secret" not in str(caught.value)


@pytest.mark.spec("SEC-15")
def test_a_compressed_body_is_refused_since_nobody_knows_its_size() -> None:
    with (
        far_side(lambda handler: send(handler, b"zip", Content_Encoding="gzip")) as url,
        pytest.raises(HttpFailure, match="Content-Encoding"),
    ):
        OutgoingHttp(allow_private=True).get(url)
