"""A form that is refused unread does not cost its sender the connection: the next request is served on it."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.flow.demo import Demo
from tests.flow.wire import Wire

FORM = "application/x-www-form-urlencoded"
LARGE, ENDLESS = 200_000, 3_000_000
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
    """Then the server says that it closes, or has closed while it was still being sent to."""
    url = wire.idp()["token_endpoint"]
    connection = connect(url)
    try:
        assert send(connection, url, method="POST", media_type="application/json", length=ENDLESS) == 400
        assert connection.sock is None
    except ConnectionError:
        pass
    connection.close()
