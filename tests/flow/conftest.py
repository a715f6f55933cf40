"""One demo for the whole session, and the people and clients that the tests meet it with."""

from collections.abc import Generator, Iterator

import pytest

from tests.cast import ALICE, CAROL
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import ask, sign_in_at_agent0, switch_connection
from tests.flow.stage_side import Stage
from tests.flow.two_sides import Both, connect, introduce
from tests.flow.visitor import Visitor
from tests.flow.watched import Watched, watched_demo
from tests.flow.wire import Client, Wire


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under a failed test stands what the demo said meanwhile."""
    report = yield
    demo = getattr(item, "funcargs", {}).get("demo")
    if report.failed and demo is not None:
        report.sections.append(("The demo said", "\n".join(demo.lines[-40:])))
    return report


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    with fresh_folder() as folder, running_demo(folder) as demo:
        yield demo


@pytest.fixture(scope="session")
def wire(demo: Demo) -> Wire:
    return Wire(demo)


@pytest.fixture(scope="session")
def agent0(wire: Wire) -> Client:
    """Agent0 as Acme knows it."""
    return wire.clients["agent0", "acme"]


@pytest.fixture(scope="session")
def agent0_there(wire: Wire) -> Client:
    """Agent0 as Todo0's authorization server knows it."""
    return wire.clients["agent0", "todo0"]


@pytest.fixture(scope="session")
def evil0_there(wire: Wire) -> Client:
    return wire.clients["evil0", "todo0"]


@pytest.fixture(scope="module")
def alice(wire: Wire, agent0: Client) -> dict[str, str]:
    """The tokens of Alice's sign-in at Agent0, anew for each module: her ID Token lives for ten minutes."""
    return wire.sign_in(agent0, ALICE)


@pytest.fixture
def id_jag(wire: Wire, agent0: Client, alice: dict[str, str]) -> str:
    """A good one, fresh for each test: Agent0 may act for Alice at Todo0."""
    return wire.id_jag(agent0, alice["id_token"])


@pytest.fixture
def access_token(wire: Wire, agent0: Client, agent0_there: Client, alice: dict[str, str]) -> str:
    """For Alice's todos, from an ID-JAG of its own."""
    answer = wire.redeem(agent0_there, wire.id_jag(agent0, alice["id_token"]))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.fixture(scope="session")
def carol(wire: Wire) -> Visitor:
    """Carol's browser."""
    wire.notes.secrets.add(CAROL.password)
    return wire.visitor()


@pytest.fixture
def policy_is_restored(demo: Demo, carol: Visitor) -> Iterator[None]:
    """Whatever a test has Carol do, she undoes it afterwards."""
    yield
    switch_connection(demo, carol, on=True)
    switch_connection(demo, carol, on=False, resource_app="Mail0")


@pytest.fixture(scope="session")
def another_world() -> Iterator[Wire]:
    """A demo of its own for whoever moves the clock or resets the world: the others would notice."""
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        yield Wire(demo)


@pytest.fixture(scope="session")
def stage(another_world: Wire) -> Stage:
    """The stage of that world."""
    return Stage(another_world)


@pytest.fixture(scope="session")
def strangers() -> Iterator[Both]:
    """A demo of its own: Globex is connected there, later on, and stays a stranger everywhere else."""
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts()) as demo:
        yield introduce(demo)


@pytest.fixture(scope="session")
def both(strangers: Both) -> Both:
    connect(strangers)
    return strangers


@pytest.fixture(scope="session")
def watched() -> Iterator[Watched]:
    """A demo of its own behind recording proxies, in which Alice asked over MCP: the way of the thirteen hops."""
    with watched_demo(AGENT0_RESOURCE_WAY="mcp") as watched:
        sign_in_at_agent0(watched.alice, watched.demo, ALICE)
        assert ask(watched.alice, watched.demo, 'Add "Book a boat"').badge == "done"
        yield watched
