"""Authlib's ``IDJAGGrant`` redeems what Acme's IdP minted, for the client that integrators lift: ``xaa.client``.

Acme knows Mail0 as a resource app at an address of documentation; here Mail0 has a real one, as its operator would
write it down, and Carol switches the connection on.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cast import ALICE
from tests.flow.demo import Demo, free_ports
from tests.flow.lab import ask_operator
from tests.flow.people_at_work import switch_connection
from tests.flow.wire import JWT_BEARER, Client, Wire, error_of
from tests.interop.peers import Peers
from xaa.client import CrossAppSession, MemoryTokenCache, SubjectToken, TokenEndpointError, discover_token_endpoint
from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory

MOVE_MAIL0 = """
import json, sys
from idp_mock.policy.models import ResourceApp
issuer = json.load(sys.stdin)
ResourceApp.objects.filter(app__client_id="mail0-at-acme").update(issuer=issuer, resources=[f"{issuer}/api"])
print("{}")
"""
MAIL0_CLIENT = "agent0-at-mail0"


@pytest.fixture(scope="module")
def mail0(peers: Peers, wire: Wire, demo: Demo) -> Iterator[dict[str, Any]]:
    facts = {
        "port": free_ports(1)[0],
        "idp": wire.idp()["issuer"],
        "client_id": MAIL0_CLIENT,
        "client_secret": secrets.token_urlsafe(32),
        "subjects": [ALICE.sub],
    }
    with peers.running("authlib_server.py", facts) as peer:
        facts |= peer.hear()
        ask_operator(demo, "idp_mock", MOVE_MAIL0, given=facts["issuer"])
        switch_connection(demo, wire.visitor(), on=True, resource_app="Mail0")
        yield facts


@pytest.fixture
def make_session(
    wire: Wire, mail0: dict[str, Any], agent0: Client, alice: dict[str, str]
) -> Callable[..., CrossAppSession]:
    """The client half of ``xaa``, with the credentials that Agent0 has in both places."""

    def make(*, client_secret: str = mail0["client_secret"]) -> CrossAppSession:
        http = OutgoingHttp(allow_private=True)
        directory = IssuerDirectory(http)
        return CrossAppSession(
            http=http,
            idp=discover_token_endpoint(directory, wire.idp()["issuer"], **agent0.credentials()),
            resource_as=discover_token_endpoint(
                directory, mail0["issuer"], client_id=MAIL0_CLIENT, client_secret=client_secret
            ),
            subject=lambda: SubjectToken.from_id_token(alice["id_token"]),
            user=ALICE.sub,
            cache=MemoryTokenCache(),
        )

    return make


def test_our_client_reads_alices_mail_there(
    mail0: dict[str, Any], make_session: Callable[..., CrossAppSession]
) -> None:
    resource = f"{mail0['issuer']}/api"
    answer = make_session().request("GET", f"{resource}/mail", resource=resource, scope=("mail.read",))
    assert (answer.status, answer.json()) == (200, {"mail_of": ALICE.sub})


def test_our_client_understands_its_refusal(
    mail0: dict[str, Any], make_session: Callable[..., CrossAppSession]
) -> None:
    resource = f"{mail0['issuer']}/api"
    with pytest.raises(TokenEndpointError) as refused:
        make_session(client_secret="wrong").load_access_token(resource=resource, scope=("mail.read",))
    assert (refused.value.leg, refused.value.error) == ("redemption", "invalid_client")


def test_it_takes_each_id_jag_once_and_none_that_is_todo0s(
    wire: Wire, mail0: dict[str, Any], agent0: Client, alice: dict[str, str], id_jag: str
) -> None:
    there = {"audience": mail0["issuer"], "resource": f"{mail0['issuer']}/api", "scope": "mail.read"}

    def redeem(assertion: str) -> tuple[int, str]:
        form, credentials = (
            {"grant_type": JWT_BEARER, "assertion": assertion},
            (MAIL0_CLIENT, mail0["client_secret"]),
        )
        return error_of(wire.post(f"{mail0['issuer']}/token", form, auth=credentials))

    for_mail0 = wire.id_jag(agent0, alice["id_token"], **there)
    assert redeem(for_mail0) == (200, "None")
    assert redeem(for_mail0) == (400, "invalid_grant")
    assert redeem(id_jag) == (400, "invalid_grant")
