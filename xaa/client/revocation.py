"""When it is over: tell a server that a token of ours is not needed any more (RFC 7009).

In the flow this comes after sign-out: the refresh token goes back to the IdP, an access token to the resource
app's authorization server, each to the server that issued it. Dropping a token ends our use of it; revoking it
ends everybody's, so a copy that somebody made meanwhile is worth nothing either (RFC 9700 §4.14).

Deliberately does not: repeat the request, or hold anybody up: call it where a slow server delays no person. An
ID-JAG is not revoked, since it is used up at once; an ID Token ends with the sign-in at the IdP.
"""

from dataclasses import replace
from typing import Literal

from xaa.client.endpoints import TokenEndpoint, post_authenticated
from xaa.http import OutgoingHttp
from xaa.metadata import IssuerDirectory, Kind

TokenKind = Literal["refresh_token", "access_token"]


def discover_revocation_endpoint(
    directory: IssuerDirectory, token_endpoint: TokenEndpoint, *, kind: Kind = "oauth"
) -> TokenEndpoint | None:
    """What the metadata of that server names (RFC 8414 §2), with our credentials there; None if it offers none.

    Raises ``MetadataError`` when there is no metadata to read.
    """
    url = directory.fetch_metadata(token_endpoint.issuer, kind=kind).get("revocation_endpoint")
    if not isinstance(url, str) or not url:
        return None
    return replace(token_endpoint, url=url)


def revoke_token(http: OutgoingHttp, endpoint: TokenEndpoint, token: str, *, hint: TokenKind, now: float) -> None:
    """Returns when the server has revoked ``token`` or never knew it: both are status 200 (RFC 7009 §2.2).

    Raises ``NoAnswer`` when it cannot be reached or asks to come back later, ``TokenEndpointError`` when it
    refuses for good, as for a kind of token that it does not revoke (``unsupported_token_type``).
    """
    form = {"token": token, "token_type_hint": hint}
    post_authenticated(http, endpoint, form, leg="revocation", now=now)
