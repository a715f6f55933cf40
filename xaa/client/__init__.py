"""The requesting app's half of Cross App Access: plain Python over requests, no Django.

Two calls and a session. ``token_exchange`` asks the IdP for an ID-JAG, ``redemption`` turns it into an access
token at the resource app's authorization server, and ``session`` does both when needed and calls the API::

    http = OutgoingHttp()
    directory = IssuerDirectory(http)
    session = CrossAppSession(
        http=http,
        idp=discover_token_endpoint(directory, "https://acme.example", client_id=..., client_secret=...),
        resource_as=discover_token_endpoint(directory, "https://todo.example", client_id=..., client_secret=...),
        subject=lambda: SubjectToken.from_id_token(id_token),
        user="alice's key in your store",
    )
    answer = session.request("GET", "https://todo.example/api/todos", resource="https://todo.example/api",
                             scope=("todos.read",))
"""

from xaa.client.cache import MemoryTokenCache, TokenCache, TokenKey, UnspentIdJags
from xaa.client.discovery import ProtectedResource, choose_authorization_server, fetch_protected_resource
from xaa.client.endpoints import TokenEndpoint, discover_token_endpoint
from xaa.client.errors import NoAnswer, RateLimited, TokenEndpointError, UnexpectedResponse
from xaa.client.redemption import redeem_id_jag
from xaa.client.responses import AccessToken, IssuedIdJag, IssuedRefreshToken
from xaa.client.revocation import discover_revocation_endpoint, revoke_token
from xaa.client.saml import request_refresh_token
from xaa.client.session import CrossAppSession, Event
from xaa.client.step_up import SignInDemand, read_sign_in_demand
from xaa.client.token_exchange import SubjectToken, request_id_jag

__all__ = [
    "AccessToken",
    "CrossAppSession",
    "Event",
    "IssuedIdJag",
    "IssuedRefreshToken",
    "MemoryTokenCache",
    "NoAnswer",
    "ProtectedResource",
    "RateLimited",
    "SignInDemand",
    "SubjectToken",
    "TokenCache",
    "TokenEndpoint",
    "TokenEndpointError",
    "TokenKey",
    "UnexpectedResponse",
    "UnspentIdJags",
    "choose_authorization_server",
    "discover_revocation_endpoint",
    "discover_token_endpoint",
    "fetch_protected_resource",
    "read_sign_in_demand",
    "redeem_id_jag",
    "request_id_jag",
    "request_refresh_token",
    "revoke_token",
]
