"""``stage.kit.unread_body``: what Django leaves of a body is read, up to a bound, before the answer goes out."""

from io import BytesIO

import pytest

from stage.kit.unread_body import BEARABLE, read_to_the_end


def left_of(length, **environ):
    """How many bytes are left unread after a view that has read nothing."""
    body = BytesIO(b"x" * length)
    application = read_to_the_end(lambda environ, start_response: [b"refused"])
    assert application({"wsgi.input": body, **environ}, None) == [b"refused"]
    return length - body.tell()


@pytest.mark.parametrize("length", [0, 1, 65536, BEARABLE])
def test_a_bearable_body_is_read_to_its_end(length):
    assert left_of(length, CONTENT_LENGTH=str(length)) == 0


def test_a_body_of_undeclared_length_is_read_as_well():
    assert left_of(1000, HTTP_TRANSFER_ENCODING="chunked") == 0


def test_it_gives_up_on_a_longer_one():
    assert left_of(BEARABLE + 1000, CONTENT_LENGTH=str(BEARABLE + 1000)) == 1000


def test_a_request_without_a_body_is_not_waited_for():
    assert left_of(1000) == 1000
