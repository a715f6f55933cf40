"""The story on a machine that has nothing but its own loopback, and a queue folder whose disk fills up.

Run by ``test_8_quiet`` as ``unshare --net --mount python -m tests.flow.without_network``: in a network namespace
of its own there is no way out, so whatever would have asked another machine for something fails here.
"""

import errno
import fcntl
import socket
import struct
import subprocess
from pathlib import Path

from tests.cast import ALICE
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.people_at_work import (
    ask,
    find_rested,
    find_todo,
    latest_card,
    say,
    sign_in_at_agent0,
    sign_in_at_todo0,
    switch_connection,
)
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
OUTSIDE = ("192.0.2.1", 80)  # RFC 5737: an address of documentation
QUEUE_KILOBYTES = 64


def main() -> None:
    bring_loopback_up()
    assert_there_is_no_way_out()
    with fresh_folder() as folder:
        queue = mount_small_disk(folder / "queue")
        try:
            with running_demo(folder, **on_embedded_parts()) as demo:
                play(demo, queue)
        finally:
            subprocess.run(["umount", str(queue)], check=True)
    print("The whole story was played without a network.")


def play(demo: Demo, queue: Path) -> None:
    wire = Wire(demo)
    alice, carol = wire.visitor(), wire.visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    assert ask(alice, demo, 'Add "Offline"').badge == "done"
    assert "Agent0 for you" in find_todo(sign_in_at_todo0(alice, demo, ALICE), "Offline")
    fill_the_disk_and_empty_it(demo, alice, queue)
    switch_connection(demo, carol, on=False)
    assert ask(alice, demo, "Show my todos").badge == "Blocked by Acme"
    assert alice.open(demo.url("stage")).status == 200
    assert wire.notes.broken == []


def fill_the_disk_and_empty_it(demo: Demo, alice: Visitor, queue: Path) -> None:
    filler = queue / "filler"
    fill(filler)
    say(alice, demo, 'Add "On a full disk"')
    said = latest_card(alice, demo).said
    filler.unlink()
    assert "Nothing is lost: this starts by itself." in said, said
    card = wait_for(lambda: find_rested(alice, demo), "the run has not started by itself", patience=60)
    assert card.badge == "done", card.text
    assert find_todo(alice.open(demo.facts["todo0"]["todos_url"]), "On a full disk")


def fill(filler: Path) -> None:
    try:
        with filler.open("wb", buffering=0) as stream:
            while True:
                stream.write(b"\0" * 512)
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise


def mount_small_disk(folder: Path) -> Path:
    folder.mkdir()
    size = f"size={QUEUE_KILOBYTES}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], check=True)
    return folder


def bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def assert_there_is_no_way_out() -> None:
    try:
        socket.create_connection(OUTSIDE, timeout=2).close()
    except OSError:
        return
    raise AssertionError("expected a machine without a network, found a way out")


if __name__ == "__main__":
    main()
