"""What is done to a request on its way out: one function a fault, each with the one thing that it alters.

In the flow ``LabHttp`` asks here before it sends. A function gets the request as Agent0 meant it, and returns what
goes out in its place; whatever else it needs of the others, it asks for over the wire, as Agent0 does.

Deliberately does not: hold a credential that is not Agent0's. What Evil0 does, Evil0 does (``evil0``).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from django.conf import settings

from agent0.faults import evil0
from agent0.faults.again import renew, with_token
from agent0.faults.forging import sign_with_unknown_key, strip_signature, write_claims
from agent0.faults.sent import Lab, Leg, Sent
from agent0.tokens import sealing
from stage.kit.faults import strikes
from xaa import jose, protocol

Tamper = Callable[[Lab, Sent], Sent]
NOBODYS_ISSUER: Final = "https://idp.initech.example"
"""Of this name nobody ever is (RFC 2606 §2). Globex may have been connected by now (docs/decisions/0015)."""


def tamper(lab: Lab, sent: Sent) -> Sent:
    for number, alter in TAMPERS.get(sent.leg, {}).items():
        if strikes(number):
            sent = alter(lab, sent)
    return sent


def with_form(sent: Sent, **changed: str) -> Sent:
    return replace(sent, form={**sent.form, **changed})


def claims_of(sent: Sent) -> dict[str, Any]:
    return dict(jose.peek(sent.form["assertion"]).unverified_claims)


# At the exchange


def bring_evil0s_id_token(lab: Lab, sent: Sent) -> Sent:
    """F19: genuine, fresh, signed by the same IdP, and issued to another app."""
    id_token = evil0.fetch_id_token()
    kind = {"subject_token_type": protocol.TOKEN_TYPE_ID_TOKEN}
    return with_form(sent, subject_token=id_token, **kind) if id_token else sent


# At the redemption


def let_evil0_try_first(lab: Lab, sent: Sent) -> Sent:
    """F06: a copy of the ID-JAG, with Evil0's own credentials. Agent0 then redeems it as if nothing had
    happened."""
    evil0.redeem(sent.form["assertion"])
    return sent


def send_id_token(lab: Lab, sent: Sent) -> Sent:
    """F08: what Agent0 signed the person in with."""
    session = lab.run.session
    return with_form(sent, assertion=sealing.unseal(session.sealed_id_token, owner=session.owner_of("id_token")))


def unsign(lab: Lab, sent: Sent) -> Sent:
    """F09."""
    return with_form(sent, assertion=strip_signature(sent.form["assertion"]))


def widen(lab: Lab, sent: Sent) -> Sent:
    """F10."""
    scope = f"{claims_of(sent).get('scope', '')} todos.admin".strip()
    return with_form(sent, assertion=write_claims(sent.form["assertion"], scope=scope))


def sign_anew(lab: Lab, sent: Sent) -> Sent:
    """F11."""
    return with_form(sent, assertion=sign_with_unknown_key(sent.form["assertion"]))


def say_initech(lab: Lab, sent: Sent) -> Sent:
    """F12."""
    return with_form(sent, assertion=write_claims(sent.form["assertion"], iss=NOBODYS_ISSUER))


def redeem_twice(lab: Lab, sent: Sent) -> Sent:
    """F13: the first is answered as ever, and the answer thrown away; the second is Agent0's."""
    lab.send(sent)
    return renew(sent)


# At the API


def bring_token_of_other_api(lab: Lab, sent: Sent) -> Sent:
    """F33: of the two resources of one authorization server, the other one's."""
    is_mcp = sent.url.startswith(settings.MCP_RESOURCE)
    return bring_another(lab, sent, resource=settings.RESOURCE if is_mcp else settings.MCP_RESOURCE)


def bring_another(lab: Lab, sent: Sent, **asked: str) -> Sent:
    """A second genuine token, got as the first was but for ``asked``; the request unaltered if none can be had."""
    if not {"exchange", "redemption"} <= lab.seen.keys():
        return sent  # a token from the cache: nobody was asked for one in this Run
    exchange, redemption = renew(lab.seen["exchange"]), renew(lab.seen["redemption"])
    whole = {name: value for name, value in exchange.form.items() if name != protocol.AUTHORIZATION_DETAILS}
    id_jag = lab.send(replace(exchange, form=whole | asked))
    if id_jag.status != 200:
        return sent
    token = lab.send(with_form(redemption, assertion=id_jag.json()["access_token"]))
    return with_token(sent, token.json()["access_token"]) if token.status == 200 else sent


TAMPERS: Final[dict[Leg, dict[str, Tamper]]] = {
    "exchange": {"F19": bring_evil0s_id_token},
    "redemption": {
        "F06": let_evil0_try_first,
        "F08": send_id_token,
        "F09": unsign,
        "F10": widen,
        "F11": sign_anew,
        "F12": say_initech,
        "F13": redeem_twice,
    },
    "call": {"F33": bring_token_of_other_api},
}
