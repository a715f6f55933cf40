"""From an API's 401 to the authorization server that guards it (RFC 9728 §5), taking nothing on its word alone.

In the flow this comes before the two legs, for a client that knows an API's address and no more, as MCP clients
do::

    refused = http.request("POST", url, json=...)  # without a token
    guarded = fetch_protected_resource(http, refused)
    issuer = choose_authorization_server(directory, guarded, registered={"https://todo.example"})

An API may be an attacker's. If it could choose, it would name somebody's authorization server, be sent the ID-JAG
or the token for *that*, and use it there (ID-JAG §9.4). So its document counts only when it speaks of the very URL
that was called, from the same origin; and only a server that this app is registered at is gone to, whatever is
named.

Deliberately does not: register anywhere, ask a person, or fall back to the code flow when ID-JAGs are not
understood.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from xaa import protocol
from xaa.client.challenge import read_challenge
from xaa.client.endpoints import read_silence
from xaa.client.errors import Leg, NoAnswer, UnexpectedResponse
from xaa.client.responses import Names
from xaa.http import HttpAnswer, HttpFailure, OutgoingHttp
from xaa.metadata import IssuerDirectory

LEG: Final[Leg] = "discovery"


@dataclass(frozen=True)
class ProtectedResource:
    """What an API says of itself. ``resource`` is what to ask for, ``scope`` all that it knows, if it says."""

    resource: str
    authorization_servers: Names
    scope: Names


def fetch_protected_resource(http: OutgoingHttp, refused: HttpAnswer) -> ProtectedResource:
    """The metadata of the API that answered ``refused``, by its challenge or else by its URL (RFC 9728 §3, §5).

    Raises ``NoAnswer`` when it cannot be had, ``UnexpectedResponse`` when it is another resource's.
    """
    if refused.status == 429 or refused.status >= 500:
        raise read_silence(refused, LEG)
    if refused.status != 401:
        raise _unusable("status", f"a call without a token must be answered 401, found {refused.status}")
    url = read_challenge(refused).get("resource_metadata") or well_known_url(refused.url)
    if _origin(url) != _origin(refused.url):
        raise _unusable("resource_metadata", "must be at the origin that was called")
    document = _fetch_document(http, url)
    if document.get("resource") != refused.url:
        raise _unusable("resource", f"must be {refused.url}, found {document.get('resource')!r:.200}")
    servers = _read_names(document, "authorization_servers")
    if not servers:
        raise _unusable("authorization_servers", "must name at least one")
    return ProtectedResource(refused.url, servers, _read_names(document, "scopes_supported"))


def choose_authorization_server(
    directory: IssuerDirectory, guarded: ProtectedResource, *, registered: Collection[str]
) -> str:
    """The issuer to go to: one that the API names *and* this app is registered at, and that understands ID-JAGs.

    ``registered`` comes from configuration, never from an answer. Issuers are compared byte for byte (RFC 8414
    §3.3). Raises ``UnexpectedResponse``, or ``MetadataError`` when that server's metadata cannot be had.
    """
    issuer = next((issuer for issuer in guarded.authorization_servers if issuer in registered), "")
    if not issuer:
        raise _unusable("authorization_servers", "must name a server that this app is registered at")
    check_understands_id_jags(directory.fetch_metadata(issuer))
    return issuer


def check_understands_id_jags(metadata: Mapping[str, Any]) -> None:
    """The server says that it takes ID-JAGs (ID-JAG §7.2): asked before the IdP makes one for it."""
    for name, wanted in (
        (protocol.META_GRANT_PROFILES, protocol.GRANT_PROFILE_ID_JAG),
        ("grant_types_supported", protocol.GRANT_JWT_BEARER),
    ):
        found = metadata.get(name)
        if not isinstance(found, list) or wanted not in found:
            raise _unusable(name, f"must contain {wanted}")


def well_known_url(resource: str) -> str:
    """RFC 9728 §3.1: the well-known part goes before the resource's path and query; only a bare slash goes."""
    parts = urlsplit(resource)
    path = "" if parts.path == "/" else parts.path
    return parts._replace(path=f"/.well-known/{protocol.WELL_KNOWN_RESOURCE}{path}", fragment="").geturl()


def _fetch_document(http: OutgoingHttp, url: str) -> dict[str, Any]:
    try:
        answer = http.get(url, headers={"Accept": "application/json"})
        if answer.status == 200:
            return answer.json()
    except HttpFailure as failure:
        raise NoAnswer(LEG, url, failure.reason) from failure
    raise read_silence(answer, LEG)


def _read_names(document: Mapping[str, Any], name: str) -> Names:
    found = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise _unusable(name, "must be an array of strings")
    return tuple(found)


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise _unusable("resource_metadata", "must be a URL") from error
    return parts.scheme, parts.netloc


def _unusable(field: str, rule: str) -> UnexpectedResponse:
    return UnexpectedResponse(LEG, field=field, rule=rule)
