"""``stage.kit.content_type``: no parameter of a Content-Type reaches Django, which stumbles over a charset."""

from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest

from stage.wsgi import application

# A real request closes a connection that it finds inside a transaction, so there must not be one around the test.
pytestmark = pytest.mark.django_db(transaction=True)
FORM = "application/x-www-form-urlencoded"
COOKIE = f"stage_csrf={'a' * 32}"  # with it, CSRF protection reads the form
CODECS = ["rot13", "base64", "idna", "undefined", "utf-16", "nonsense"]


def ask(method, path, content_type, body=b""):
    """As a server asks: Django's test client makes the request itself, and the mistake is made before that."""
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_TYPE": content_type, "HTTP_COOKIE": COOKIE}
    environ |= {"QUERY_STRING": "x=%5Cud800", "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    environ["wsgi.input"] = BytesIO(body)
    statuses = []
    list(application(environ, lambda status, _headers: statuses.append(int(status[:3]))))
    return statuses[0]


@pytest.mark.parametrize("codec", CODECS)
def test_no_charset_breaks_the_reading_of_a_query(codec):
    assert ask("GET", "/health", f"text/plain; charset={codec}") == 200


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("path", ["/", "/no/such/page"])
def test_no_charset_breaks_the_reading_of_a_form_nor_the_page_that_refuses_it(codec, path):
    assert ask("POST", path, f"{FORM}; charset={codec}", b"x=%5Cud800") in (403, 404, 405)


def test_an_upload_is_refused_before_it_is_read():
    upload = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nlong\r\n--x--\r\n'
    assert ask("POST", "/", "multipart/form-data; boundary=x", upload) == 400
