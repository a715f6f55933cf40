"""A request of Agent0's once more: what may be used only once in it is made anew.

In the flow a client assertion and a DPoP proof have a serial number, so a copy of the request would be refused for
that number alone (C6, R11), and not for what the fault is about.

Deliberately does not: renew the ID-JAG. That it comes twice may be the fault.
"""

from dataclasses import replace

from agent0.client_key import load_client_key
from agent0.faults.sent import Sent
from agent0.tokens.proof_key import load_proof_key
from xaa import jose, protocol
from xaa.client_assertion import build_client_assertion
from xaa.clock import read_clock
from xaa.dpop import build_proof


def renew(sent: Sent) -> Sent:
    form, headers = dict(sent.form), dict(sent.headers)
    if "client_assertion" in form:
        said = jose.peek(form["client_assertion"]).unverified_claims
        form["client_assertion"] = build_client_assertion(
            load_client_key(), client_id=said["iss"], audience=said["aud"], now=read_clock()
        )
    key = load_proof_key()
    if protocol.HEADER_DPOP in headers and key:
        headers[protocol.HEADER_DPOP] = build_proof(key, method=sent.method, url=sent.url, now=read_clock())
    return replace(sent, form=form, headers=headers)


def with_token(sent: Sent, token: str) -> Sent:
    """A call of the API with ``token`` in place of the one that it came with."""
    scheme = sent.headers["Authorization"].partition(" ")[0]
    headers = {**sent.headers, "Authorization": f"{scheme} {token}"}
    key = load_proof_key()
    if protocol.HEADER_DPOP in headers and key:
        headers[protocol.HEADER_DPOP] = build_proof(
            key, method=sent.method, url=sent.url, now=read_clock(), access_token=token
        )
    return replace(sent, headers=headers)
