"""``authorization_details`` in the answers of both token endpoints: within what was asked, or not used.

A server that ignores the parameter answers as if nothing were missing, with a token that may do more than was
wanted. So silence counts as the documents have it. At the IdP it means "as asked", and the ID-JAG then has to say
the same (ID-JAG §4.3.4). The resource app's server must say what it granted (RFC 9396 §7): silence is "all".

Deliberately does not: know a type. What is less than what was asked, ``are_within`` tells.
"""

from collections.abc import Mapping
from typing import Any

from xaa import jose, protocol
from xaa.authorization_details import Details, DetailsRefused, are_within, read_details
from xaa.client.errors import Leg, UnexpectedResponse

NAME = protocol.AUTHORIZATION_DETAILS


def read_granted_details(body: Mapping[str, Any], asked: Details, leg: Leg) -> Details:
    """What was granted. Asked for none, whatever comes is taken: it only says less than the scope does."""
    if NAME not in body:
        if asked and leg == "redemption":
            raise UnexpectedResponse(
                leg, field=NAME, rule="must say what the token may do, since it was asked for"
            )
        return asked
    try:
        granted = read_details(body[NAME])
    except DetailsRefused as error:
        raise UnexpectedResponse(leg, field=NAME, rule=str(error)) from error
    if asked and not are_within(granted, asked):
        raise UnexpectedResponse(leg, field=NAME, rule="must be within what was asked for")
    return granted


def check_same_details(assertion: str, details: Details, leg: Leg) -> None:
    """The ID-JAG says what the answer says. One that cannot be looked into, such as an encrypted one, may pass."""
    try:
        claimed = jose.peek(assertion).unverified_claims.get(NAME)
    except jose.MalformedToken:
        return
    if claimed != list(details):
        raise UnexpectedResponse(leg, field=NAME, rule="must be the ID-JAG's own")
