"""Where an outgoing call may connect: to public addresses only, and to the address that was checked.

A URL from somebody else's document can name a host that resolves into our own network (server-side request
forgery), or that resolves differently when it is looked up a second time (DNS rebinding). So the name is resolved
once, every address found must be public (RFC 6890), and the connection is made to that very address; TLS still
verifies the certificate against the name.

Deliberately does not: keep a list of allowed hosts (the caller's configuration is that list).
"""

import ipaddress
import socket
import threading
import time
from http.client import HTTPResponse
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager
from urllib3.util.connection import create_connection

SHORTEST: Final = 0.001
"""Seconds. To a socket, 0 means that it must not wait at all."""
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # RFC 4291 §2.4; all else translates, or stays local
_DOCUMENTATION: Final = ipaddress.IPv6Network("3fff::/20")  # RFC 9637, younger than Python's own table


class PrivateAddressError(OSError):
    """The name resolves to an address that is not public, so nothing was sent there."""


def is_public(address: str) -> bool:
    """Whether ``address`` is reachable by anybody: not special-use, and no IPv6 form that hides an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hides_ipv4 = bool(ip.sixtofour or ip.teredo)
        return ip in _GLOBAL_UNICAST and ip not in _DOCUMENTATION and not hides_ipv4 and ip.is_global
    return ip.is_global and not ip.is_multicast


def is_loopback_host(host: str) -> bool:
    """Whether ``host`` as a URL or ``ALLOWED_HOSTS`` spells it names this machine alone."""
    name = host.strip("[]").lower()
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def connect_to_checked_address(connection: HTTPConnection, *, allow_private: bool) -> socket.socket:
    """A socket to the first address that answers; one address that is not public refuses the whole name.

    The time is for all of them together: a name may have many.
    """
    host, port = connection.host.strip("[]"), connection.port
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(info[4][0]) for info in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise PrivateAddressError(f"{host} resolves to an address that is not public")
    failure: OSError | None = None
    ends_at = time.monotonic() + (connection.timeout or 0)
    for address in addresses:
        try:
            return create_connection((address, port), max(ends_at - time.monotonic(), SHORTEST))
        except OSError as error:
            failure = error
    raise NewConnectionError(connection, f"{host} refused the connection") from failure


class GuardedAdapter(HTTPAdapter):
    """requests' adapter, over connections that check the address first and bound the time for the headers."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        super().__init__(max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        manager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        manager.pool_classes_by_scheme = {
            "http": self._guard_pool(HTTPConnectionPool, HTTPConnection),
            "https": self._guard_pool(HTTPSConnectionPool, HTTPSConnection),
        }
        self.poolmanager = manager

    def _guard_pool(
        self, pool: type[HTTPConnectionPool], connection: type[HTTPConnection]
    ) -> type[HTTPConnectionPool]:
        members = {"_new_conn": self._new_conn(), "getresponse": _within_deadline(connection)}
        guarded = type(f"Guarded{connection.__name__}", (connection,), members)
        return type(f"Guarded{pool.__name__}", (pool,), {"ConnectionCls": guarded})

    def _new_conn(self) -> Any:
        allow_private = self._allow_private

        def new_conn(connection: HTTPConnection) -> socket.socket:
            return connect_to_checked_address(connection, allow_private=allow_private)

        return new_conn


def _within_deadline(base: type[HTTPConnection]) -> Any:
    """A socket's timeout starts anew at every byte; this ends a far side that drips its headers one by one."""

    def getresponse(connection: HTTPConnection) -> HTTPResponse:
        sock = connection.sock
        watchdog = threading.Timer(connection.timeout or 0, _shut, [sock])
        watchdog.daemon = True
        watchdog.start()
        try:
            response = base.getresponse(connection)
        finally:
            watchdog.cancel()
        response.reads_from = sock  # type: ignore[attr-defined]  # the connection lets go of it when it must close
        return response  # type: ignore[return-value]

    return getresponse


def bound_next_read(response: Any, seconds: float) -> None:
    """The next read of the body of ``response`` waits no longer. It has no socket when a test made it up, and a
    closed one when all of the body has been read."""
    sock = getattr(response, "reads_from", None)
    if sock and sock.fileno() >= 0:
        sock.settimeout(max(seconds, SHORTEST))


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already closed: the call ended on its own
