"""A demo whose every party stands behind a recording proxy, and what its records are held against.

The proxies are the oracle. They know nothing of the parties, read every byte, and see the secrets, too.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.demo import Demo, free_ports, fresh_folder, on_embedded_parts, running_demo
from tests.flow.evidence import Record, are_in_any_spelling, are_the_same, is_the_same, read_records
from tests.flow.recording_proxy import RecordingProxy, WireExchange
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

PLACES = ("agent0", "todo0", "idp", "todo0_mcp")
ADDED_BY_THE_SERVER = ("server", "date", "connection", "content-length", "transfer-encoding")
PATIENCE = 20.0
UNWATCHED = ("/static/", "/health", "/-/stage/")
Pair = tuple[WireExchange, Record | None, Record]
"""What went over the wire, who told of having called, and who of having served."""


@dataclass
class Watched:
    demo: Demo
    wire: Wire
    proxies: list[RecordingProxy]
    alice: Visitor

    def exchanges(self) -> list[WireExchange]:
        found = [one for proxy in self.proxies for one in proxy.read()]
        return [one for one in found if not one.path.startswith(UNWATCHED)]

    def pairs(self) -> list[Pair]:
        """Each exchange of the wire with who told of it, once the stage has heard of all."""
        deadline = time.monotonic() + PATIENCE
        while True:
            pairs, missing = pair_up(self.exchanges(), read_records(self.demo))
            if not missing:
                return pairs
            assert time.monotonic() < deadline, f"the stage has not heard of {', '.join(map(str, missing))}"
            time.sleep(0.1)


@contextlib.contextmanager
def watched_demo(**settings: str) -> Iterator[Watched]:
    ports = free_ports(2 * len(PLACES))
    proxies = []
    for place, port, behind in zip(PLACES, ports[::2], ports[1::2], strict=True):
        proxies.append(RecordingProxy(place, port=port, behind=behind))
        settings |= {f"{place.upper()}_PORT": str(behind), f"{place.upper()}_URL": f"http://localhost:{port}"}
    for proxy in proxies:
        proxy.open()
    try:
        with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**settings)) as demo:
            wire = Wire(demo)
            yield Watched(demo, wire, proxies, wire.visitor())
    finally:
        for proxy in proxies:
            proxy.close()


def pair_up(exchanges: list[WireExchange], records: list[Record]) -> tuple[list[Pair], list[WireExchange]]:
    """A call between parties names the span that tells of it; one of a browser is found by what it was.

    The second list is what nobody has told of.
    """
    callers = {one.span_id: one for one in records if one.kind == "client"}
    # The MCP SDK makes spans of its own, of a message within a request.
    servers = [one for one in records if one.kind == "server" and one.exchange]
    found: list[Pair] = []
    missing = []
    for exchange in exchanges:
        caller = callers.get(exchange.caller_span)
        server = next((one for one in servers if is_told_by(exchange, one, caller)), None)
        if server is None or (caller is None and exchange.is_of_a_party):
            missing.append(exchange)
        else:
            servers.remove(server)
            found.append((exchange, caller, server))
    return found, missing


def is_told_by(exchange: WireExchange, record: Record, caller: Record | None) -> bool:
    if caller is not None:
        return record.parent_span_id == caller.span_id
    told = record.exchange
    return (
        record.place == exchange.place
        and told["method"] == exchange.method
        and is_the_same(told["request"]["target"], exchange.target)
        and is_the_same(told["response"]["body"], exchange.response.body.decode())
        and are_in_any_spelling(told["request"]["headers"], exchange.request.headers)
    )


def check_caller(exchange: WireExchange, record: Record) -> None:
    """The side that called has all of it: names, order, letters, and what the far server added."""
    told = record.exchange
    assert (told["method"], told["request"]["target"]) == (exchange.method, exchange.target)
    assert are_the_same(told["request"]["headers"], exchange.request.headers), told["request"]["headers"]
    assert is_the_same(told["request"]["body"], exchange.request.body.decode())
    assert told["request"]["size"] == len(exchange.request.body)
    assert told["response"]["status"] == exchange.status
    assert are_the_same(told["response"]["headers"], exchange.response.headers), told["response"]["headers"]
    assert is_the_same(told["response"]["body"], exchange.response.body.decode())
    assert told["response"]["size"] == len(exchange.response.body)


def check_server(exchange: WireExchange, record: Record) -> None:
    """The side that served has all that its application was given, and gave."""
    told = record.exchange
    assert record.place == exchange.place
    assert told["method"] == exchange.method
    assert is_the_same(told["request"]["target"], exchange.target), told["request"]["target"]
    assert are_in_any_spelling(told["request"]["headers"], exchange.request.headers), told["request"]["headers"]
    assert is_the_same(told["request"]["body"], exchange.request.body.decode())
    assert told["request"]["size"] == len(exchange.request.body)
    assert told["response"]["status"] == exchange.status
    names = [name.lower() for name, _ in told["response"]["headers"]]
    sent = [pair for pair in exchange.response.headers if pair[0] in names or pair[0] not in ADDED_BY_THE_SERVER]
    assert are_in_any_spelling(told["response"]["headers"], sent), told["response"]["headers"]
    assert is_the_same(told["response"]["body"], exchange.response.body.decode())
    assert told["response"]["size"] == len(exchange.response.body)
