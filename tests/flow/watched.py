"""A demo whose every party stands behind a recording proxy, and what its records are held against.

The proxies are the oracle. They know nothing of the parties, read every byte, and see the secrets, too.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.demo import Demo, free_ports, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.evidence import Record, are_in_any_spelling, are_the_same, is_the_same, read_records
from tests.flow.recording_proxy import RecordingProxy, WireExchange
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

PLACES = ("agent0", "todo0", "idp", "todo0_mcp")
ADDED_BY_THE_SERVER = ("server", "date", "connection", "content-length", "transfer-encoding")
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
        return wait_for(
            lambda: pair_up(self.exchanges(), read_records(self.demo)), "not all has reached the stage"
        )


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


def pair_up(exchanges: list[WireExchange], records: list[Record]) -> list[Pair] | None:
    """A call between parties names the span that tells of it; one of a browser is found by what it was."""
    callers = {one.span_id: one for one in records if one.kind == "client"}
    servers = {
        one.parent_span_id: one for one in records if one.kind == "server" and one.parent_span_id in callers
    }
    of_browsers = [one for one in records if one.kind == "server" and one.parent_span_id not in callers]
    found: list[Pair] = []
    for exchange in exchanges:
        caller, server = callers.get(exchange.caller_span), servers.get(exchange.caller_span)
        if not exchange.caller_span:
            server = next((one for one in of_browsers if is_told_by(exchange, one)), None)
        if server is None or (exchange.caller_span and caller is None):
            return None
        if not exchange.caller_span:
            of_browsers.remove(server)
        found.append((exchange, caller, server))
    return found


def is_told_by(exchange: WireExchange, record: Record) -> bool:
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
