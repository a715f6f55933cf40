"""A demo whose API wants a second factor, of the last quarter of an hour, for two of its actions (RFC 9470).

The IdP knows the second factor, and the ID-JAG carries the word of it; Todo0 alone decides that it wants one. So a
client that is refused at the API begins at the IdP again: new sign-in, new ID-JAG, new access token.
"""

import re
from collections.abc import Iterator

import pytest
import requests

from stage.autopilot.page import Page
from tests.cast import ALICE
from tests.corpus.vectors import Vector, load_vectors
from tests.flow.bench import STEPPED_UP, ApiBench
from tests.flow.demo import Demo, fresh_folder, on_embedded_parts, running_demo, wait_for
from tests.flow.genuine import Genuine
from tests.flow.lab import ask_operator, export_key
from tests.flow.people_at_work import WORKED_ON, ask, find_rested, say, sign_in_at_agent0
from tests.flow.test_corpus import as_parameter, see_refused
from tests.flow.visitor import Visitor
from tests.flow.wire import Wire, read_jwt

MFA = "urn:xaa-demo:acr:mfa"
DEMAND = {
    "TODO0_STEP_UP_ACTIONS": "delete_todo get_todo",
    "TODO0_STEP_UP_ACR_VALUES": MFA,
    "TODO0_STEP_UP_MAX_AGE": "900",
}
CONNECTION_TO_TODO0 = """
from idp_mock.policy.models import CrossAppConnection
there = CrossAppConnection.objects.filter(enterprise__slug="acme", resource_app__app__name="Todo0")
"""


@pytest.fixture(scope="module")
def strict() -> Iterator[Demo]:
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**DEMAND)) as demo:
        yield demo


@pytest.fixture(scope="module")
def there(strict: Demo) -> Wire:
    return Wire(strict)


def access_token_of(there: Wire, **asked: str) -> str:
    """By a whole flow of Alice's, which begins with a sign-in."""
    tokens = there.sign_in(there.clients["agent0", "acme"], ALICE, **asked)
    id_jag = there.id_jag(there.clients["agent0", "acme"], tokens["id_token"])
    answer = there.redeem(there.clients["agent0", "todo0"], id_jag)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def challenge_of(answer: requests.Response) -> dict[str, str]:
    return dict(re.findall(r'(\w+)="([^"]*)"', answer.headers["WWW-Authenticate"]))


@pytest.mark.spec("SU-08", "SU-10", "AT-10")
def test_deleting_wants_a_second_factor_and_reading_does_not(there: Wire) -> None:
    weak = access_token_of(there)
    todos = there.call("GET", "/todos", weak)
    assert todos.status_code == 200
    path = f"/todos/{todos.json()['todos'][0]['id']}"
    refused = there.call("DELETE", path, weak)
    assert (refused.status_code, refused.json()["error"]) == (401, "insufficient_user_authentication")
    named = challenge_of(refused)
    assert (named["acr_values"], named["max_age"]) == (MFA, "900")
    strong = access_token_of(there, acr_values=named["acr_values"], max_age=named["max_age"])
    claims = read_jwt(strong)[1]
    assert (claims["acr"], claims["amr"]) == (MFA, ["pwd", "mfa"])
    assert there.call("DELETE", path, strong).status_code == 204


class OneTodoBench(ApiBench):
    """The good message reads one todo, which wants a second factor here."""

    def __init__(self, there: Wire) -> None:
        alice = there.sign_in(there.clients["agent0", "acme"], ALICE)
        clients = (there.clients["agent0", "todo0"], there.clients["evil0", "todo0"])
        super().__init__(there, export_key(there.demo, "todo0"), Genuine(there, alice), *clients)
        listed = there.call("GET", "/todos", self.genuine["todo0-access-token"]).json()["todos"]
        self.url = f"{self.url}/{listed[0]['id']}"


@pytest.fixture(scope="module")
def bench(there: Wire) -> OneTodoBench:
    return OneTodoBench(there)


@pytest.mark.parametrize("vector", [as_parameter(one) for one in load_vectors("api") if one.good == STEPPED_UP])
def test_the_api_refuses(bench: OneTodoBench, vector: Vector) -> None:
    see_refused(bench, vector)


# Agent0's part: it is refused, Alice signs in at Acme as asked, and it goes on by itself.


def open_run(visitor: Visitor, demo: Demo, words: str) -> Page:
    """Ask for something, and look at the page of what became of it."""
    return visitor.open(ask(visitor, demo, words).details_url)


def step_up(visitor: Visitor, demo: Demo, page: Page) -> Page:
    """From Agent0's page to the question at Acme, a yes, and back to where it goes on."""
    question = visitor.click(page, "Sign in at Acme as asked")
    assert "Is it you, Alice Anders, signing in to Agent0?" in question.text
    back = visitor.approve_at_idp(question)
    assert back.url == page.url
    return wait_for(lambda: find_result(visitor, back.url), "Agent0 has not gone on", patience=60)


def find_result(visitor: Visitor, url: str) -> Page | None:
    page = visitor.open(url)
    return None if any(word in page.text for word in (*WORKED_ON, "Waiting for the worker")) else page


@pytest.mark.spec("SU-05", "SU-06", "SU-09", "SU-11")
def test_agent0_follows_the_api_to_a_stronger_sign_in_and_then_deletes(strict: Demo, there: Wire) -> None:
    visitor = there.visitor()
    sign_in_at_agent0(visitor, strict, ALICE)
    assert ask(visitor, strict, "Show my todos").badge == "done"
    page = say(visitor, strict, "Delete everything")
    visitor.submit(page, page.form(action="/allow"))
    card = wait_for(lambda: find_rested(visitor, strict), "the worker has not finished", patience=60)
    assert card.badge == "Todo0 asks for a stronger sign-in"
    refused = visitor.open(card.details_url)
    assert "insufficient_user_authentication" in refused.text
    assert "Done. I deleted" in step_up(visitor, strict, refused).text
    assert "You have no open todos." in ask(visitor, strict, "Show my todos").said


@pytest.mark.spec("SU-01", "SU-02", "SU-03", "SU-05", "SU-06")
def test_agent0_follows_acme_to_a_stronger_sign_in_for_writing_and_reads_without(
    strict: Demo, there: Wire
) -> None:
    program = CONNECTION_TO_TODO0 + 'there.update(second_factor_scopes=["todos.write"]); print("{}")'
    ask_operator(strict, "idp_mock", program)
    visitor = there.visitor()
    sign_in_at_agent0(visitor, strict, ALICE)
    assert ask(visitor, strict, "Show my todos").badge == "done"
    refused = open_run(visitor, strict, "Add a todo: Pay the invoice")
    assert "Acme asks for a stronger sign-in" in refused.text
    assert "Done. I added it" in step_up(visitor, strict, refused).text
    assert ask(visitor, strict, "Add a todo: Pay the next one").badge == "done"  # the sign-in stays strong
