"""A demo whose two apps sign their people in at an IdP of strangers, told so by their environment alone.

It is what ``docs/okta.md`` does: no mock IdP is started, and nothing in the code knows that it is another one.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.demo import PORTS, Demo, free_ports, fresh_folder, on_embedded_parts, running_demo
from tests.flow.visitor import Notes, Visitor
from tests.interop.peers import Peers

NAME = "Initech"
PEOPLE = {"milton": {"email": "milton@initech.example", "email_verified": True, "name": "Milton Waddams"}}
SECRET = "known-to-the-peer-and-to-the-demo-of-this-test-alone"


@dataclass(frozen=True)
class Enterprise:
    """The running demo, and the visitors' notes: no answer of it was a 500."""

    demo: Demo
    notes: Notes

    def visitor(self) -> Visitor:
        return Visitor(self.notes)


def registration_of(app: str, *, port: str) -> dict[str, object]:
    """As RFC 7591 §2 and OpenID Connect Back-Channel Logout §2.2 name the parts, which the peers understand."""
    signin = f"http://localhost:{port}/signin"
    return {
        "client_id": f"{app}-at-initech",
        "client_secret": SECRET,
        "redirect_uris": [f"{signin}/callback"],
        "post_logout_redirect_uris": [f"{signin}/logged-out"],
        "backchannel_logout_uri": f"{signin}/backchannel-logout",
        "backchannel_logout_session_required": True,
    }


@contextlib.contextmanager
def enterprise_with(peers: Peers, program: str) -> Iterator[Enterprise]:
    """The peer ``program`` as the IdP of both apps, which are registered with it."""
    port, *others = free_ports(len(PORTS) + 1)
    ports = dict(zip(PORTS, map(str, others), strict=True))
    clients = [registration_of(app, port=ports[f"{app.upper()}_PORT"]) for app in ("agent0", "todo0")]
    with peers.running(program, {"port": port, "clients": clients, "people": PEOPLE}) as peer:
        issuer, environment = peer.hear()["issuer"], dict(ports)
        for app in ("AGENT0", "TODO0"):
            environment[f"{app}_IDP_ISSUER"] = issuer
            environment[f"{app}_IDP_CLIENT_ID"] = f"{app.lower()}-at-initech"
            environment[f"{app}_IDP_CLIENT_SECRET"] = SECRET
        environment |= {"AGENT0_IDP_NAME": NAME, "AGENT0_IDP_EMAIL_DOMAINS": "initech.example"}
        with fresh_folder() as folder, running_demo(folder, **on_embedded_parts(**environment)) as demo:
            enterprise = Enterprise(demo, Notes())
            yield enterprise
            assert enterprise.notes.broken == []
