"""What the demo must not do in passing: write down a secret, leave one lying about, or talk to anybody else."""

import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cast import ALICE, BOB, PEOPLE
from tests.flow.demo import ROOT, Demo
from tests.flow.people_at_work import ask, sign_in_at_agent0, sign_in_at_todo0
from tests.flow.wire import Client, Wire

JWT = re.compile(r"eyJ[A-Za-z0-9_-]+\.eyJ")
JWT_AT_REST = re.compile(rb"eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]")  # with its signature
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
ADDRESSES = re.compile(r"""https?://[^\s"'<>\\]+""")


@pytest.fixture(scope="module")
def everything_was_said(wire: Wire, demo: Demo, agent0_there: Client, alice: dict[str, str]) -> Demo:
    """Every kind of token and password was used at least once, and refused at least once."""
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    ask(visitor, demo, 'Add "Quietly"')
    sign_in_at_todo0(visitor, demo, ALICE)
    wire.redeem(agent0_there, alice["id_token"])
    wire.call("GET", "/todos", alice["access_token"])
    for client in wire.clients.values():
        url = demo.facts["todo0"]["token_endpoint"] if client.place == "todo0" else wire.idp()["token_endpoint"]
        wire.post(url, {"grant_type": "nonsense", **client.credentials()})
    wrong = wire.visitor()
    wrong.sign_in_at_idp(wrong.open(f"{wire.idp('globex')['issuer']}/login"), BOB)
    return demo


def find_secrets(wire: Wire, demo: Demo) -> set[str]:
    """All that was used in this session, all passwords of the cast, and the demo's own keys."""
    own = (demo.folder / "demo.env").read_text(encoding="utf-8").splitlines()
    keys = {value for _, equals, value in (line.partition("=") for line in own) if equals}
    return wire.notes.secrets | keys | {person.password for person in PEOPLE}


@pytest.mark.spec("SEC-30")
def test_no_log_line_at_info_holds_a_secret_a_token_or_a_password(
    wire: Wire, everything_was_said: Demo, alice: dict[str, str]
) -> None:
    demo = everything_was_said
    said = "\n".join(demo.lines)
    for party, level in (("agent0", "INFO"), ("todo0", "INFO"), ("worker", "INFO"), ("idp_mock", "WARNING")):
        assert re.search(rf"^{party} +\| .* {level} ", said, flags=re.MULTILINE), (
            f"{party} says nothing at {level}"
        )
    assert "redeemed: iss=" in said
    secrets = find_secrets(wire, demo)
    assert {alice[kind] for kind in ("access_token", "id_token", "refresh_token")} <= secrets, (
        "it looks for tokens"
    )
    assert {client.client_secret for client in wire.clients.values()} - {""} <= secrets, "and for what apps have"
    told = [secret[:6] + "..." for secret in secrets if secret in said]
    assert told == []
    assert [line for line in demo.lines if JWT.search(line)] == []


@pytest.mark.spec("SEC-30")
def test_no_token_lies_readable_in_any_file_of_the_demo(wire: Wire, everything_was_said: Demo) -> None:
    """Databases, their write-ahead logs, caches and the queue; only ``demo.env`` holds secrets, for one user."""
    demo = everything_was_said
    secrets = [secret.encode() for secret in find_secrets(wire, demo)]
    found = []
    for path in demo.folder.rglob("*"):
        if not path.is_file() or path.name.startswith("demo.env"):
            continue
        content = _read(path)
        found += [f"{path.name}: a JWT" for _ in JWT_AT_REST.findall(content)]
        found += [f"{path.name}: {secret[:6].decode()}..." for secret in secrets if secret in content]
    assert found == []
    assert (demo.folder / "demo.env").stat().st_mode & 0o077 == 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # the queue's messages come and go
        return b""


def test_nothing_points_anywhere_but_to_this_machine(wire: Wire, everything_was_said: Demo) -> None:
    """Neither the JSON, nor what the pages of this session load, nor the style and scripts behind that."""
    demo = everything_was_said
    assert {urlsplit(url).hostname for url in find_urls(demo.facts)} <= LOOPBACK
    assert {urlsplit(url).hostname for url in wire.notes.loads} <= LOOPBACK
    for url in sorted(wire.notes.loads):
        answer = wire.get(url)
        assert answer.status_code == 200, url
        found = [one for one in ADDRESSES.findall(answer.text) if "www.w3.org" not in one]
        is_frame = answer.headers["Content-Type"].startswith("text/html")  # of the split view: a page with links
        assert {urlsplit(one).hostname for one in found} <= (LOOPBACK if is_frame else set()), (url, found)


def find_urls(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from find_urls(one)
    elif isinstance(value, list):
        for one in value:
            yield from find_urls(one)
    elif isinstance(value, str) and value.startswith("http"):
        yield value


def find_unshare() -> list[str]:
    """The command that gives a process a network and a mount table of its own, if this machine permits it."""
    for options in (["--net", "--mount"], ["--map-root-user", "--net", "--mount"]):
        command = [shutil.which("unshare") or "unshare", *options]
        try:
            subprocess.run([*command, "true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        return command
    return []


def test_the_whole_story_is_played_without_a_network_and_on_a_disk_that_fills_up() -> None:
    command = find_unshare()
    if not command:
        reason = "NOT CHECKED that the demo runs without a network: this machine does not permit unshare --net"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    done = subprocess.run(
        [*command, sys.executable, "-m", "tests.flow.without_network"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "The whole story was played without a network." in done.stdout
