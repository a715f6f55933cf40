"""Things that break under the demo: a party that is down, a queue that takes nothing, a port that is taken.

In every case somebody is told what it is and who can mend it, and nothing is lost or done twice.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cast import ALICE
from tests.flow.demo import (
    MANAGE,
    ROOT,
    Demo,
    environment_for,
    free_ports,
    fresh_folder,
    on_embedded_parts,
    running_demo,
    wait_for,
)
from tests.flow.doors import Door
from tests.flow.people_at_work import (
    Card,
    ask,
    find_rested,
    find_todo,
    latest_card,
    say,
    sign_in_at_agent0,
    sign_in_at_todo0,
)
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire, error_of


@dataclass(frozen=True)
class Troubled:
    """A demo of its own, whose IdP and Todo0 stand behind doors."""

    demo: Demo
    wire: Wire
    idp: Door
    todo0: Door


@pytest.fixture(scope="module")
def troubled() -> Iterator[Troubled]:
    idp_port, idp_behind, todo0_port, todo0_behind = free_ports(4)
    idp, todo0 = Door(port=idp_port, behind=idp_behind), Door(port=todo0_port, behind=todo0_behind)
    settings = {
        "IDP_PORT": str(idp_behind),
        "IDP_URL": f"http://localhost:{idp_port}",
        "TODO0_PORT": str(todo0_behind),
        "TODO0_URL": f"http://localhost:{todo0_port}",
        "AGENT0_RUN_MAX_ATTEMPTS": "2",
    }
    idp.open()
    todo0.open()
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**settings)) as demo:
        yield Troubled(demo, Wire(demo), idp, todo0)
    idp.close()
    todo0.close()


@pytest.fixture(autouse=True)
def doors_are_open_again(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "troubled" in request.fixturenames:
        found = request.getfixturevalue("troubled")
        found.idp.open()
        found.todo0.open()


@pytest.fixture(scope="module")
def alice_visits(troubled: Troubled) -> Visitor:
    visitor = troubled.wire.visitor()
    sign_in_at_agent0(visitor, troubled.demo, ALICE)
    sign_in_at_todo0(visitor, troubled.demo, ALICE)
    return visitor


def wait_for_rest(visitor: Visitor, demo: Demo) -> Card:
    return wait_for(lambda: find_rested(visitor, demo), "the run has not come to rest", patience=60)


def wait_for_words(visitor: Visitor, demo: Demo, words: str) -> Card:
    """The newest card, once it says ``words``; a run does not rest before it has tried again."""

    def look() -> Card | None:
        card = latest_card(visitor, demo)
        return card if words in card.text else None

    return wait_for(look, f"no card says {words!r}", patience=30)


# The order of these tests matters to the first two alone: nobody has met the IdP before them.


@pytest.mark.parametrize("party", ["agent0", "todo0"])
def test_a_sign_in_while_the_idp_is_down_is_a_page_that_says_so(troubled: Troubled, party: str) -> None:
    visitor = troubled.wire.visitor()
    front = visitor.open(troubled.demo.url(party))
    troubled.idp.close()
    page = visitor.click(front, "with Acme")
    assert page.status == 503
    assert "Acme does not answer" in page.text
    assert "Who can mend it Whoever runs Acme." in page.text
    assert visitor.open(troubled.demo.url("stage")).text.count("not answering") >= 1
    troubled.idp.open()
    assert visitor.click(page, "Start again").form(having="password")


def test_an_idp_that_goes_down_in_the_middle_of_a_sign_in_signs_nobody_in_and_loses_nothing(
    troubled: Troubled,
) -> None:
    visitor, demo = troubled.wire.visitor(), troubled.demo
    page = visitor.click(visitor.open(demo.url("agent0")), "with Acme")
    callback = visitor.sign_in_at_idp(page, ALICE, stop_at=demo.facts["agent0"]["redirect_uri"])
    troubled.idp.close()
    failed = visitor.open(callback.url)
    assert failed.status == 503
    assert "Acme does not answer" in failed.text
    troubled.idp.open()
    page = visitor.click(failed, "Start again")
    assert page.url.startswith(demo.facts["agent0"]["chat_url"]), page.text[:300]


@pytest.mark.spec("RD-33")
def test_an_id_jag_whose_keys_cannot_be_fetched_is_neither_refused_nor_burnt(troubled: Troubled) -> None:
    wire = troubled.wire
    agent0, there = wire.clients["agent0", "acme"], wire.clients["agent0", "todo0"]
    id_jag = wire.id_jag(agent0, wire.sign_in(agent0, ALICE)["id_token"])
    troubled.idp.close()
    answer = wire.redeem(there, id_jag)
    assert error_of(answer) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    troubled.idp.open()
    wait_for(lambda: wire.redeem(there, id_jag).status_code == 200, "the ID-JAG does not redeem", pause=0.5)


def test_todo0_comes_back_and_the_run_is_done_once(troubled: Troubled, alice_visits: Visitor) -> None:
    demo = troubled.demo
    assert ask(alice_visits, demo, 'Add "Before the storm"').badge == "done"
    troubled.todo0.close()
    say(alice_visits, demo, 'Add "Through the storm"')
    card = wait_for_words(alice_visits, demo, "Todo0 is not answering")
    troubled.todo0.open()
    assert card.badge == "will retry"
    assert "Retrying in" in card.text
    assert wait_for_rest(alice_visits, demo).badge == "done"
    page = alice_visits.open(demo.facts["todo0"]["todos_url"])
    assert page.text.count("Through the storm") == page.text.count("Before the storm")


def test_todo0_stays_down_and_the_person_can_try_again_later(troubled: Troubled, alice_visits: Visitor) -> None:
    demo = troubled.demo
    troubled.todo0.close()
    card = ask(alice_visits, demo, 'Add "Better late"')
    assert card.badge == "Todo0 is not answering", card.text
    assert "trying again will not do it twice" in card.text
    troubled.todo0.open()
    page = alice_visits.open(card.details_url)
    alice_visits.submit(page, page.form(action="/try-again"))
    assert wait_for_rest(alice_visits, demo).badge == "done"
    assert find_todo(alice_visits.open(demo.facts["todo0"]["todos_url"]), "Better late")


def test_the_idp_comes_back_and_the_run_is_done(troubled: Troubled, alice_visits: Visitor) -> None:
    demo = troubled.demo
    troubled.idp.close()
    say(alice_visits, demo, "Show my todos")  # a token for reading alone, which nobody has asked for before
    card = wait_for_words(alice_visits, demo, "Acme is not answering")
    troubled.idp.open()
    assert card.badge == "will retry"
    assert wait_for_rest(alice_visits, demo).badge == "done"


def test_a_queue_that_takes_nothing_delays_the_run_and_loses_nothing(
    troubled: Troubled, alice_visits: Visitor
) -> None:
    """As with a full disk: nothing can be written where the queue's folder was."""
    queue, aside = troubled.demo.folder / "queue", troubled.demo.folder / "queue-aside"
    queue.rename(aside)
    queue.write_text("a file is in the way")
    try:
        said = say(alice_visits, troubled.demo, 'Add "Patience"')
        assert said.status == 200, said.text[:300]
        assert "Nothing is lost: this starts by itself." in latest_card(alice_visits, troubled.demo).said
    finally:
        queue.unlink()
        aside.rename(queue)
    assert wait_for_rest(alice_visits, troubled.demo).badge == "done"
    assert find_todo(alice_visits.open(troubled.demo.facts["todo0"]["todos_url"]), "Patience")


def test_nothing_of_all_this_was_answered_with_a_500(troubled: Troubled) -> None:
    assert troubled.wire.notes.broken == []
    assert not [line for line in troubled.demo.lines if "Traceback" in line]


@pytest.mark.parametrize("variable", ["STAGE_PORT", "AGENT0_PORT", "TODO0_PORT", "IDP_PORT", "TODO0_MCP_PORT"])
def test_a_port_in_use_is_named_with_its_variable_and_its_holder(variable: str) -> None:
    with fresh_folder() as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, MANAGE, "demo", "--json"],
            cwd=ROOT,
            env=environment_for(folder, **on_embedded_parts(**{variable: str(port)})),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Port {port} is in use by" in done.stderr
    assert f"set {variable} to a free port" in done.stderr
