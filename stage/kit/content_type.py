"""A request's Content-Type without its parameters, before Django sees it: the media type is all that is needed.

Django reads query and form in the charset that the Content-Type names, and takes any codec of Python for one. With
``charset=rot13`` it cannot even make a request of a query, and with a form in ``charset=utf-16`` its error page
raises once more. So anybody could get a 500 out of every address with one header. A form is UTF-8 (URL Standard
§5.1) and so is JSON (RFC 8259 §8.1); neither has a charset. The other parameter, a boundary, belongs to uploads:
there are none here, and without it Django refuses one instead of writing its files to the disk.

Deliberately does not: refuse anything itself.
"""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def drop_parameters(application: Application) -> Application:
    """For a party's ``wsgi.py``, around Django: the mistake is made before the first middleware runs."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0].strip()
        return application(environ, start_response)

    return answer
