"""More processes of a party beside the demo's own. They share nothing with it but the database."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import requests

from stage.autopilot.browser import TIMEOUT
from tests.flow.demo import MANAGE, ROOT, Demo, free_ports, wait_for
from tests.flow.visitor import new_session
from tests.flow.wire import JWT_BEARER, Client, Wire


@contextmanager
def more_of(party: str, demo: Demo, count: int, **extra: str) -> Iterator[list[str]]:
    """Where they listen. ``extra`` is of their environment."""
    ports = free_ports(count)
    started = [
        subprocess.Popen(
            [sys.executable, MANAGE, party, "runserver", "--noreload", f"127.0.0.1:{port}"],
            cwd=ROOT,
            env={**demo.environment, "LOG_LEVEL": "ERROR", **extra},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for port in ports
    ]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    try:
        for url in urls:
            wait_for(lambda url=url: is_up(url), f"no server at {url}", patience=60)
        yield urls
        assert [one.poll() for one in started] == [None] * len(started), "each was there to the end"
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(10)


def is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def exchange_at(wire: Wire, url: str, client: Client, id_token: str, **other: str) -> requests.Response:
    form = {**wire.exchange_form(client, id_token), **other}
    path = urlsplit(wire.idp(client.place)["token_endpoint"]).path
    with new_session(wire.notes) as http:
        return http.post(f"{url}{path}", data=form, timeout=TIMEOUT)


def redeem_at(wire: Wire, url: str, client: Client, assertion: str) -> requests.Response:
    form = {"grant_type": JWT_BEARER, "assertion": assertion, **client.credentials()}
    path = urlsplit(wire.demo.facts["todo0"]["token_endpoint"]).path
    with new_session(wire.notes) as http:
        return http.post(f"{url}{path}", data=form, timeout=TIMEOUT)


def race(racers: int, run: Callable[[int], requests.Response]) -> list[requests.Response]:
    with ThreadPoolExecutor(racers) as pool:
        return list(pool.map(run, range(racers)))
