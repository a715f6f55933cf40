"""The argument for obeying an access token at the MCP server: that of the API, with three checks of its own.

In the flow this is leg 3 by the other way (RFC 9068 §4; MCP Enterprise-Managed Authorization §5.1). The signature
is verified with the keys that our authorization server *publishes*, fetched over HTTP as a resource server
anywhere would; and only a token for this resource counts, so one for the REST API opens nothing here (RFC 8707
§2).

That a token has not been revoked is read from its row, as at the API: the row is in our house, and revocation
counts at once (``docs/decisions/0007-one-row-two-resource-servers.md``).

Deliberately does not: use the checks of the MCP SDK, which compare resources as URLs, a trailing slash aside.
"""

import logging
from dataclasses import replace
from typing import Final

from django.conf import settings

from todo0.api import access_token as api
from todo0.api.errors import AccessTokenRejected, ApiError
from todo0.api.presented import Access, Presented
from todo0.authserver.signing_keys import ALGORITHMS
from xaa import jose, protocol
from xaa.checks import numbered
from xaa.jwt_bearer import trust
from xaa.metadata import KeysUnavailable, TrustedIssuer

log = logging.getLogger("todo0.mcp.checks")


@numbered("A2", "signature of our authorization server")
def check_signature(presented: Presented) -> Presented:
    """Signed with a key that our authorization server publishes (RFC 9068 §4). Its silence is no verdict: 503."""
    issuer = TrustedIssuer(settings.JWT_BEARER_ISSUER, ALGORITHMS)
    try:
        verified = trust.load_directory().verify(presented.token, issuer)
    except jose.JoseError as error:
        message = f"Expected a JWT signed by {issuer.issuer}. {error}"
        raise AccessTokenRejected(401, protocol.ERROR_INVALID_TOKEN, message) from error
    except KeysUnavailable as error:
        log.warning("No keys to verify with: %s", error)
        message = "Expected the authorization server's keys, found it silent. Try again."
        raise ApiError(503, protocol.ERROR_TEMPORARILY_UNAVAILABLE, message, Retry_After="5") from error
    return replace(presented, header=verified.header, claims=verified.claims)


@numbered("A4", "aud is this MCP server")
def check_audience(presented: Presented) -> Presented:
    """Meant for this server alone, to the letter: with a second audience it could be passed on (RFC 9068 §4)."""
    aud = presented.claims.get("aud")
    if aud not in (settings.MCP_RESOURCE, [settings.MCP_RESOURCE]):
        message = f"Expected aud {settings.MCP_RESOURCE}, found {ascii(aud)[:120]}."
        raise AccessTokenRejected(401, protocol.ERROR_INVALID_TOKEN, message)
    return presented


@numbered("A6", "scope allows this tool")
def check_scope(presented: Presented) -> Presented:
    """A tool needs its scope; asking which tools there are needs none (RFC 6750 §3.1)."""
    return api.check_scope(presented) if presented.required_scope else presented


@numbered("A6", "details allow this tool")
def check_details(presented: Presented) -> Presented:
    """And, where the token has details, they allow what the tool does, at this server (RFC 9396 §2.2, §7)."""
    return api.check_details(presented) if presented.required_scope else presented


CHECKS: Final = (
    api.check_presence,  # A1: there is exactly one token, where it belongs
    check_signature,  # A2: nothing in it means anything before this
    api.check_issuer,  # A2: from here on it is our authorization server that speaks
    api.check_type,  # A3: of an access token
    check_audience,  # A4: for this resource and no other
    api.check_expiry,  # A5: and still means it, by its own words
    api.check_not_revoked,  # A5: and by ours; the first statement, so forgers never reach the database
    check_scope,  # A6: this tool may be called
    check_details,  # A6: and, where somebody said so, for no more than a part of what it could do
    api.check_subject,  # A7: for this person, by this app
    api.check_sign_in,  # A7: who signed in well enough for this tool
    api.check_key,  # A7: which holds the token's key, if it has one; last, because the proof is remembered
)


def check_access_token(presented: Presented) -> Access:
    """What the tools get of a token that passed every check; else the first check's ``AccessTokenRejected``."""
    return api.judge(presented, CHECKS, log)
