"""The curl script of a flow (R-6): filled in, each of its calls is answered as the flow's own was."""

import os
import re
import shutil
import subprocess

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, wait_for
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.visitor import Visitor
from tests.flow.wire import Client, Wire

WORDS = 'Add "Sent again | by hand; #1"'
ONCE = "5"
"""A code is good for one time, so this hop alone is answered otherwise."""


def fetch_script(visitor: Visitor, demo: Demo) -> str:
    def find() -> str:
        page = visitor.open(f"{demo.url('stage')}/recorder/latest")
        is_complete = "Sent again" in page.text and "all green" in page.text
        return page.link("curl script") if is_complete else ""

    return visitor.session.get(wait_for(find, "the flow is not recorded")).text


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl on this machine")
def test_a_script_that_was_filled_in_is_answered_as_the_flow_was(
    wire: Wire,
    demo: Demo,
    agent0: Client,
    agent0_there: Client,
    alice: dict[str, str],
    id_jag: str,
    access_token: str,
) -> None:
    visitor = wire.visitor()
    sign_in_at_agent0(visitor, demo, ALICE)
    assert ask(visitor, demo, WORDS).badge == "done"
    script = fetch_script(visitor, demo)
    told = re.findall(r"^# ([\d.]+): .*, answered (\d{3})$", script, flags=re.MULTILINE)
    assert {hop for hop, _ in told} >= {"9", "11", "13"}
    filled_in = {
        "IDP_CLIENT_ID": agent0.client_id,
        "IDP_CLIENT_SECRET": agent0.client_secret,
        "TODO0_CLIENT_ID": agent0_there.client_id,
        "TODO0_CLIENT_SECRET": agent0_there.client_secret,
        "ID_TOKEN": alice["id_token"],
        "ID_JAG": id_jag,
        "ACCESS_TOKEN": access_token,
        "CODE": "used-up",
        "CODE_VERIFIER": "v" * 43,
    }
    done = subprocess.run(
        ["sh", "-c", script],
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*"} | filled_in,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answered = re.findall(r"^(\d{3})$", done.stdout, flags=re.MULTILINE)
    again = [(hop, status) for (hop, _), status in zip(told, answered, strict=True)]
    assert [one for one in again if one[0] != ONCE] == [one for one in told if one[0] != ONCE]
