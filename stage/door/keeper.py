"""Keeps one process of the demo, and lets it outlive nothing: run as a script, in a process group of its own.

The supervisor holds the other end of this process's stdin and never writes to it. When the supervisor is gone,
by SIGKILL even, the kernel closes that end; the keeper reads the end of the file and ends its whole group,
grandchildren included. On Linux the kept process also dies with its keeper.

Deliberately does not: import anything of the project, so that it starts in milliseconds.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time

GRACE = 8.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies. Other systems have the pipe alone."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def end_group() -> None:
    """TERM to the group, then KILL, which takes the keeper too."""
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


def main(command: list[str]) -> int:
    # A handler, not SIG_IGN, which the kept process would inherit: it must hear what its keeper outlives.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    orphaned = threading.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        orphaned.set()
        end_group()

    kept = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)  # noqa: PLW1509
    threading.Thread(target=watch, daemon=True).start()
    code = kept.wait()
    if orphaned.is_set():
        os.killpg(0, signal.SIGKILL)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
