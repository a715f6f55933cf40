"""A form that is refused unread does not cost its sender the connection: the next request is served on it."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.flow.demo import Demo
from tests.flow.wire import Wire

FORM = "application/x-www-form-urlencoded"
LARGE, BEARABLE, ENDLESS = 200_000, 1024 * 1024, 3_000_000
REFUSED_UNREAD = {
    "another media type": ("POST", "application/json", 400),
    "another method": ("PUT", FORM, 405),
    "longer than any form": ("POST", FORM, 400),
}


def connect(url: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)


def send(connection: http.client.HTTPConnection, url: str, *, method: str, media_type: str, length: int) -> int:
    connection.request(method, urlsplit(url).path, b"x" * length, {"Content-Type": media_type})
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("endpoint", ["the IdP's", "Todo0's"])
@pytest.mark.parametrize("refused", REFUSED_UNREAD)
def test_the_connection_is_kept(wire: Wire, demo: Demo, endpoint: str, refused: str) -> None:
    place = wire.idp() if endpoint == "the IdP's" else demo.facts["todo0"]
    url, (method, media_type, status) = place["token_endpoint"], REFUSED_UNREAD[refused]
    connection = connect(url)
    assert send(connection, url, method=method, media_type=media_type, length=LARGE) == status
    kept = connection.sock
    assert send(connection, url, method="POST", media_type=FORM, length=10) in (400, 401)
    assert connection.sock is kept is not None
    connection.close()


def test_what_is_longer_than_bearable_is_not_read_to_its_end(wire: Wire) -> None:
    """The end is never sent, and the answer comes. Behind it the connection is closed, said before or not."""
    url = wire.idp()["token_endpoint"]
    connection = connect(url)
    connection.putrequest("POST", urlsplit(url).path)
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(ENDLESS))
    connection.endheaders(b"x" * BEARABLE)
    answer = connection.getresponse()
    assert answer.status == 400
    answer.read()
    assert connection.sock is None or connection.sock.recv(1) == b""
    connection.close()


def test_the_connection_of_who_sends_more_than_is_bearable_serves_nothing_else(wire: Wire) -> None:
    """The server closes while it is being sent to, or says that it will, or does it without a word: a WSGI
    application cannot say ``Connection: close`` for it (PEP 3333, "Other HTTP Features")."""
    url = wire.idp()["token_endpoint"]
    connection = connect(url)
    try:
        assert send(connection, url, method="POST", media_type="application/json", length=ENDLESS) == 400
    except ConnectionError:
        connection.close()
    if connection.sock is not None:
        with pytest.raises(ConnectionError):
            send(connection, url, method="POST", media_type=FORM, length=10)
    connection.close()
