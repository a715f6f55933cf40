"""A door in front of a server: open, it passes everything through; closed, nobody answers there.

The demo ends as a whole when one of its processes ends, so a party that is down for a while is one whose door is
closed: the port refuses connections, and those that were under way are cut.
"""

import contextlib
import socket
import threading


class Door:
    """Listens on ``port`` and passes on to ``behind``, both on 127.0.0.1."""

    def __init__(self, *, port: int, behind: int) -> None:
        self.port = port
        self.behind = behind
        self._listener: socket.socket | None = None
        self._passing: set[socket.socket] = set()

    def open(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
            threading.Thread(target=self._admit, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for one in list(self._passing):
            _end(one)

    def passing(self, near: socket.socket, far: socket.socket) -> None:
        """For whoever wants to watch: a connection has been made, from ``near`` to ``far``."""

    def seen(self, source: socket.socket, piece: bytes) -> None:
        """... and ``piece`` came from one of the two, for the other."""

    def _admit(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.behind), timeout=60)
                except OSError:
                    near.close()
                    continue
                self._passing |= {near, far}
                self.passing(near, far)
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                self.seen(source, piece)
                target.sendall(piece)
        for one in (source, target):
            _end(one)
            self._passing.discard(one)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()
