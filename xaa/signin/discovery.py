"""Where a connection's IdP is to be reached, as its own metadata says (OpenID Connect Discovery §3).

The metadata's ``issuer`` equals the connection's byte for byte, or ``xaa.metadata`` refuses it (OpenID
Connect Discovery §4.3). The browser is only ever sent to https, since a ``javascript:`` or plain http
endpoint would hand the sign-in to whoever wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from xaa.metadata import IssuerMismatch, MetadataError
from xaa.signin import conf
from xaa.signin.connections import Connection
from xaa.signin.failures import IDP_MISMATCH, IDP_UNAVAILABLE, SignInFailed


@dataclass(frozen=True)
class IdpMetadata:
    """The members that a sign-in needs. The two endpoints that may be missing are then ""."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    end_session_endpoint: str
    sends_iss: bool


def fetch_idp_metadata(connection: Connection) -> IdpMetadata:
    try:
        document = conf.issuer_directory().fetch_metadata(connection.issuer, kind="openid")
    except IssuerMismatch as error:
        raise SignInFailed(IDP_MISMATCH, str(error)) from error
    except MetadataError as error:
        raise SignInFailed(IDP_UNAVAILABLE, str(error)) from error
    return IdpMetadata(
        authorization_endpoint=_endpoint(document, "authorization_endpoint"),
        token_endpoint=_endpoint(document, "token_endpoint"),
        jwks_uri=_endpoint(document, "jwks_uri"),
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", required=False),
        end_session_endpoint=_endpoint(document, "end_session_endpoint", required=False),
        sends_iss=document.get("authorization_response_iss_parameter_supported") is True,  # RFC 9207 §3
    )


def _endpoint(document: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    value = document.get(name, "")
    if value == "" and not required:
        return ""
    schemes = ("https", "http") if conf.allow_private_addresses() else ("https",)
    if not isinstance(value, str) or not _is_absolute(value, schemes):
        raise SignInFailed(
            IDP_UNAVAILABLE, f"Expected {name} to be an absolute {' or '.join(schemes)} URL, found {value!r:.200}."
        )
    return value


def _is_absolute(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and url.isprintable() and " " not in url
