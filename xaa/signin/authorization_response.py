"""The parameters that the IdP sent back: whose they are, and whether they hold a code.

``iss`` comes first: with more than one IdP, an answer of one must not be taken for another's, or the code
would be sent to the wrong token endpoint (the mix-up attack, RFC 9207 §1; RFC 9700 §4.4). It is compared
whenever present and demanded where the metadata promises it, on errors too (RFC 9207 §2.4).
"""

import re
from typing import Final

from django.http import QueryDict

from xaa import protocol
from xaa.signin.connections import Connection
from xaa.signin.discovery import IdpMetadata
from xaa.signin.failures import (
    BAD_ANSWER,
    IDP_BUSY,
    IDP_DENIED,
    IDP_REFUSED_REQUEST,
    IDP_WANTS_YOU,
    WRONG_SENDER,
    Failure,
    SignInFailed,
)

CODE: Final = re.compile(r"[ -~]+")  # RFC 6749 §A.11
FAILURE_OF_ERROR: Final[dict[str, Failure]] = {
    protocol.ERROR_ACCESS_DENIED: IDP_DENIED,
    "server_error": IDP_BUSY,  # RFC 6749 §4.1.2.1
    protocol.ERROR_TEMPORARILY_UNAVAILABLE: IDP_BUSY,
    "login_required": IDP_WANTS_YOU,  # this and the next three: OpenID Connect Core §3.1.2.6
    "interaction_required": IDP_WANTS_YOU,
    "consent_required": IDP_WANTS_YOU,
    "account_selection_required": IDP_WANTS_YOU,
    "unmet_authentication_requirements": IDP_WANTS_YOU,  # OpenID Connect Unmet Authentication Requirements §2
}


def check_authorization_response(answer: QueryDict, connection: Connection, idp: IdpMetadata) -> None:
    """Pass only an answer that comes from ``connection`` and holds exactly one code, as codes are spelled."""
    for name in ("code", "error", "iss"):  # RFC 6749 §3.1: never more than once
        if len(answer.getlist(name)) > 1:
            raise SignInFailed(BAD_ANSWER, f"Expected {name} once, found it {len(answer.getlist(name))} times.")
    check_sender(answer, connection, idp)
    if "error" in answer:
        raise describe_error(answer)
    if not answer.get("code"):
        raise SignInFailed(BAD_ANSWER, "Expected a code or an error, found neither.")
    if not CODE.fullmatch(str(answer["code"])):  # sent on, it would look like a fault of the IdP's
        raise SignInFailed(BAD_ANSWER, "Expected a code of visible ASCII characters, found others in it.")


def check_sender(answer: QueryDict, connection: Connection, idp: IdpMetadata) -> None:
    if "iss" not in answer and not idp.sends_iss:
        return
    if answer.get("iss") != connection.issuer:
        raise SignInFailed(WRONG_SENDER, f"Expected iss {connection.issuer!r}, found {answer.get('iss')!r:.200}.")


def describe_error(answer: QueryDict) -> SignInFailed:
    """The IdP's refusal; its own words reach the page only here, where they are known to be the IdP's."""
    error, description = str(answer["error"]), str(answer.get("error_description", ""))
    says = description if description.isprintable() and len(description) <= 200 else ""
    failure = FAILURE_OF_ERROR.get(error, IDP_REFUSED_REQUEST)
    return SignInFailed(failure, f"error {error!r:.80}, {description!r:.200}", idp_says=says)
