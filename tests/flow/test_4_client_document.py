"""Agent0 without a registration at Todo0: its client id is the address of what it says of itself."""

from collections.abc import Iterator

import pytest
import requests

from tests.cast import ALICE, CAROL
from tests.flow.demo import Demo, free_ports, fresh_folder, on_embedded_parts, running_demo
from tests.flow.people_at_work import ask, sign_in_at_agent0
from tests.flow.wire import Wire


@pytest.fixture(scope="module")
def unregistered() -> Iterator[Demo]:
    """A demo in which Agent0 knows no secret of its own at Todo0, and Todo0's admin has listed its address."""
    port = str(free_ports(1)[0])
    extra = {"AGENT0_PORT": port, "AGENT0_RESOURCE_CLIENT_ID": f"http://localhost:{port}/client-metadata.json"}
    with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**extra)) as demo:
        yield demo


def document_of(demo: Demo) -> str:
    return f"{demo.url('agent0')}/client-metadata.json"


def enter_client_id(demo: Demo, client_id: str) -> None:
    """Carol types, in Acme's terms for Agent0 at Todo0, what Agent0 is called there."""
    carol = Wire(demo).visitor()
    page = carol.open(f"{demo.url('idp')}/acme/admin/policy")
    page = carol.click(carol.sign_in_at_idp(page, CAROL), "Terms of Agent0 at Todo0")
    page = carol.submit(page, page.form(having="client_id_at_resource_as"), client_id_at_resource_as=client_id)
    assert client_id in page.html


@pytest.mark.spec("MC-07", "CI-01", "CI-02", "CI-05", "CI-11", "MD-15")
def test_agent0_acts_under_its_own_address_once_both_admins_have_listed_it(unregistered: Demo) -> None:
    demo, alice = unregistered, Wire(unregistered).visitor()
    sign_in_at_agent0(alice, demo, ALICE)
    # Acme still says "agent0-at-todo0": an ID-JAG for somebody else than who comes with it (R8).
    before = ask(alice, demo, "Show my todos")
    assert before.badge != "done", before.text
    demo.wait_for_line(f"R8 check_client failed client_id: expected '{document_of(demo)}'")
    enter_client_id(demo, document_of(demo))
    for words in ("Add a todo: Water the documents", "Show my todos"):
        card = ask(alice, demo, words)
        assert card.badge == "done", card.text
    redeemed = demo.wait_for_line(f"client={document_of(demo)}")
    assert "redeemed:" in redeemed


@pytest.mark.spec("CI-10", "MD-14", "MD-15", "CI-04")
def test_both_sides_say_what_they_do(demo: Demo) -> None:
    metadata = requests.get(demo.facts["todo0"]["metadata_url"], timeout=10).json()
    assert metadata["client_id_metadata_document_supported"] is True
    document = requests.get(document_of(demo), timeout=10).json()
    assert document["client_id"] == document_of(demo)
    assert document["token_endpoint_auth_method"] == "private_key_jwt"
    assert "urn:ietf:params:oauth:grant-profile:id-jag" in document["authorization_grant_profiles_supported"]
    needed = {
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    }
    assert needed <= set(document["grant_types"])
    assert "d" not in document["jwks"]["keys"][0]
