"""Which ports the demo takes: the usual five, the person's own choice, or the next five that are free.

A port somebody chose is never swapped behind their back: when it is taken the demo refuses, naming the port, the
variable and, where the system tells, the process that has it.
"""

import contextlib
import errno
import os
import socket
from pathlib import Path

from stage.door.layout import SERVERS, Party
from stage.door.voice import Refusal

STEP = 10
SETS = 50


def is_free(port: int) -> bool:
    """Free on both loopback addresses: a browser may take either one for ``localhost``."""
    return _can_bind(socket.AF_INET, "127.0.0.1", port) and _can_bind(socket.AF_INET6, "::1", port)


def choose_ports(parties: tuple[Party, ...] = SERVERS) -> tuple[dict[str, int], str]:
    """The port of each party by its ``variable``, and the reason if they are not the usual ones, else ``""``."""
    chosen = {party.variable: _asked_for(party) for party in parties if _is_pinned(party)}
    _check_distinct(parties, chosen)
    for party in parties:
        if party.variable in chosen and not is_free(chosen[party.variable]):
            raise Refusal(_taken(party, chosen[party.variable]))
    rest = [party for party in parties if party.variable not in chosen]
    for shift in range(0, SETS * STEP, STEP):
        candidate = {party.variable: party.port + shift for party in rest}
        clashes = set(candidate.values()) & set(chosen.values())
        if not clashes and all(map(is_free, candidate.values())):
            return chosen | candidate, _reason(rest) if shift else ""
    variables = ", ".join(party.port_variable for party in parties)
    raise Refusal(f"No free set of ports between 8000 and 8500. Choose them yourself: {variables}.")


def find_holder(port: int) -> str:
    """The process that listens on ``port``, as "name (pid 123)"; "another program" where that is not to be had."""
    inodes = _listening_inodes(port)
    for entry in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        with contextlib.suppress(OSError):
            if str(entry.readlink()) in inodes:
                process = entry.parts[2]
                name = Path("/proc", process, "comm").read_text(encoding="utf-8").strip()
                return f"{name} (pid {process})"
    return "another program"


def _can_bind(family: int, address: str, port: int) -> bool:
    try:
        with socket.socket(family, socket.SOCK_STREAM) as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.bind((address, port))
    except OSError as failure:
        return failure.errno not in (errno.EADDRINUSE, errno.EACCES)  # no IPv6 on this machine is no obstacle
    return True


def _is_pinned(party: Party) -> bool:
    """A public URL pins the port as well: moving away from under it would break every redirect."""
    return bool(os.environ.get(party.port_variable) or os.environ.get(party.url_variable))


def _asked_for(party: Party) -> int:
    raw = os.environ.get(party.port_variable) or str(party.port)
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        raise Refusal(f"{party.port_variable} must be a port number between 1 and 65535, found {raw!r}.")
    return int(raw)


def _check_distinct(parties: tuple[Party, ...], chosen: dict[str, int]) -> None:
    seen: dict[int, str] = {}
    for party in parties:
        port = chosen.get(party.variable)
        if port is not None and port in seen:
            raise Refusal(f"{seen[port]} and {party.port_variable} are both {port}. Give each its own.")
        if port is not None:
            seen[port] = party.port_variable


def _taken(party: Party, port: int) -> str:
    return (
        f"Port {port} is in use by {find_holder(port)}, and {party.title} needs it because "
        f"{party.port_variable if os.environ.get(party.port_variable) else party.url_variable} says so. "
        f"Stop that program, set {party.port_variable} to a free port, or leave it unset and one is found for you."
    )


def _reason(usual: list[Party]) -> str:
    taken = [party.port for party in usual if not is_free(party.port)]
    return f"Port {taken[0]} is in use by {find_holder(taken[0])}" if taken else "The usual ports are spoken for"


def _listening_inodes(port: int) -> set[str]:
    listening = "0A"
    found = set()
    for listing in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in listing.read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found
