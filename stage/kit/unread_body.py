"""What nobody has read of a request's body, read and thrown away before the answer goes out.

A refusal often needs no look at the body: the media type is wrong, the method, the declared length. The server
then shuts the connection behind its answer without having said so, and a client that keeps its connections loses
the next request on it (RFC 9112 §9.6 wants a ``close`` first). So the rest is read, as far as it is bearable.

Deliberately does not: read on without end. What is longer than ``BEARABLE`` costs its sender the connection. Nor
announce that with ``Connection: close``: a WSGI application must not set a header of the hop (PEP 3333), so the
server says it or not, as its reading of the body stands when the answer goes out.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

BEARABLE: Final = 1024 * 1024
PIECE: Final = 64 * 1024


def read_to_the_end(application: Application) -> Application:
    """For a party's ``wsgi.py``, around Django: whichever layer refuses, this one is behind it."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answered = application(environ, start_response)
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            _read_the_rest(environ["wsgi.input"])
        return answered

    return answer


def _read_the_rest(body: Any) -> None:
    left = BEARABLE
    while left > 0 and (piece := body.read(min(PIECE, left))):
        left -= len(piece)
